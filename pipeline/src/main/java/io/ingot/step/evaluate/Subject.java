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
 */
record Subject(String name, ModelSource source, long bytes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The models that a name of the job stands for. */
  static List<Subject> of(StepContext context, String model) throws IOException {
    Path path = context.input("model:" + model).path();
    Path quantization = path.resolve("quantization.json");
    if (!Files.isRegularFile(quantization)) {
      return List.of(of(model, context.model("model:" + model)));
    }
    List<Subject> subjects = new ArrayList<>();
    for (JsonNode file : JSON.readTree(Files.readAllBytes(quantization)).path("files")) {
      Path gguf = path.resolve(file.path("file").asText());
      subjects.add(of(model + "." + file.path("type").asText(), new ModelSource.Gguf(gguf)));
    }
    if (subjects.isEmpty()) {
      throw IngotException.invalid(quantization + " names no files");
    }
    return subjects;
  }

  /** A model with the size of its weights. */
  static Subject of(String name, ModelSource source) throws IOException {
    return new Subject(name, source, bytes(source));
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
