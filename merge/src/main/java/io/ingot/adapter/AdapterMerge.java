package io.ingot.adapter;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.safetensors.ShardedWriter;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Writes a base with an adapter folded in as a model folder, tensor by tensor. */
public final class AdapterMerge {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Files of the donor folder that describe weights, or belong to the adapter alone. */
  private static final Set<String> LEFT_OUT =
      Set.of("config.json", "adapter_config.json", "README.md", "LICENSE", "NOTICE");

  private AdapterMerge() {}

  /**
   * Writes the folder, which must be empty.
   *
   * @param shardBytes see {@link ShardedWriter}
   * @param cancellation polled between tensors
   * @return number of tensors that differ from the base's
   */
  public static int write(
      AdaptedModel model,
      Path folder,
      long shardBytes,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    List<TensorInfo> tensors = List.copyOf(model.weights().tensors().values());
    progress.begin(
        "fold", tensors.stream().mapToLong(TensorInfo::byteSize).sum(), Progress.Unit.BYTES);
    try (ShardedWriter writer = new ShardedWriter(folder, tensors, shardBytes, Map.of())) {
      for (TensorInfo tensor : tensors) {
        cancellation.check();
        MemorySegment data = model.weights().data(tensor.name());
        writer.write(tensor.name(), 0, data);
        writer.complete(tensor.name());
        progress.advance(tensor.byteSize());
      }
      progress.end();
      writer.finish();
      Files.writeString(
          folder.resolve("config.json"),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(model.config()) + "\n");
      if (model.folder().isPresent()) {
        copyCompanions(model.folder().get(), folder);
      }
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + folder + ": " + e.getMessage());
    }
    return model.adapted().changed().size();
  }

  private static void copyCompanions(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        boolean text = name.endsWith(".json") || name.endsWith(".jinja") || name.endsWith(".txt");
        boolean wanted =
            (text || name.equals("tokenizer.model"))
                && !name.endsWith(".index.json")
                && !name.startsWith("training")
                && !LEFT_OUT.contains(name);
        if (wanted) {
          Files.write(to.resolve(name), Files.readAllBytes(file));
        }
      }
    }
  }
}
