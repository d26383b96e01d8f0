package io.ingot.step.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.step.ModelSource;
import io.ingot.step.StepContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One model that is measured.
 *
 * @param name as in the report; a file of a quantize step is {@code STEP.TYPE}
 * @param bytes of its weights on disk; of an adapter its own
 * @param identity digests of all that it is made of, and the file where there are several
 */
record Subject(String name, ModelSource source, long bytes, List<String> identity) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The models that a name of the job stands for. */
  static List<Subject> of(StepContext context, String model) throws IOException {
    Path path = context.input("model:" + model).path();
    List<String> identity = identity(context, "model:" + model);
    Path quantization = path.resolve("quantization.json");
    if (!Files.isRegularFile(quantization)) {
      return List.of(of(model, context.model("model:" + model), identity));
    }
    List<Subject> subjects = new ArrayList<>();
    for (JsonNode file : JSON.readTree(Files.readAllBytes(quantization)).path("files")) {
      Path gguf = path.resolve(file.path("file").asText());
      List<String> own = new ArrayList<>(identity);
      own.add(file.path("file").asText());
      subjects.add(of(model + "." + file.path("type").asText(), new ModelSource.Gguf(gguf), own));
    }
    if (subjects.isEmpty()) {
      throw IngotException.invalid(quantization + " names no files");
    }
    return subjects;
  }

  /** The digests of an adapter, its base, and so on. */
  private static List<String> identity(StepContext context, String role) {
    List<String> digests = new ArrayList<>();
    for (String input = role; context.inputs().containsKey(input); input += "/base") {
      digests.add(context.input(input).digest());
    }
    return digests;
  }

  /** A model with the size of its weights. */
  private static Subject of(String name, ModelSource source, List<String> identity)
      throws IOException {
    return new Subject(name, source, bytes(source), identity);
  }

  private static long bytes(ModelSource source) throws IOException {
    return switch (source) {
      case ModelSource.Gguf gguf -> Files.size(gguf.file());
      case ModelSource.Folder folder -> weights(folder.path());
      case ModelSource.Adapter adapter -> weights(adapter.path());
    };
  }

  private static long weights(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      long sum = 0;
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }
}
