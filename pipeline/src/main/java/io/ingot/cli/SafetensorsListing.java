package io.ingot.cli;

import io.ingot.model.ModelFolder;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code inspect} shows of a safetensors file, or of a model folder. */
final class SafetensorsListing {
  private SafetensorsListing() {}

  static void print(Path path, Console console) {
    if (Files.isDirectory(path)) {
      try (ModelFolder folder = ModelFolder.open(path)) {
        print(Map.of(), folder.weights(), console);
      }
    } else {
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        print(file.metadata(), file, console);
      }
    }
  }

  private static void print(Map<String, String> metadata, TensorSource source, Console console) {
    if (console.json()) {
      List<Object> tensors = new ArrayList<>();
      for (TensorInfo info : source.tensors().values()) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", info.name());
        entry.put("shape", info.shape());
        entry.put("dtype", info.dtype().name());
        entry.put("bytes", info.byteSize());
        tensors.add(entry);
      }
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("metadata", metadata);
      result.put("tensors", tensors);
      console.result(result);
      return;
    }
    metadata.forEach((key, value) -> console.result("  " + key + " = " + value));
    for (TensorInfo info : source.tensors().values()) {
      console.result("  " + info.name() + " " + info.shape() + " " + info.dtype());
    }
  }
}
