package io.ingot.step;

import io.ingot.error.IngotException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where a model comes from, before anything of it is opened. */
public sealed interface ModelSource {
  /** A folder in the layout of the Hub. */
  record Folder(Path path) implements ModelSource {}

  /** A PEFT adapter over a base, folded in while streaming. */
  record Adapter(ModelSource base, Path path) implements ModelSource {}

  /** A GGUF file. */
  record Gguf(Path file) implements ModelSource {}

  /** The model of a step's input {@code name}; the base of an adapter is {@code name/base}. */
  static ModelSource of(Map<String, StepInput> inputs, String name) {
    StepInput input = inputs.get(name);
    if (input == null) {
      throw new IllegalStateException("no input '" + name + "'");
    }
    if (Files.exists(input.path().resolve("adapter_config.json"))) {
      return new Adapter(of(inputs, name + "/base"), input.path());
    }
    if (Files.isRegularFile(input.path()) && input.path().toString().endsWith(".gguf")) {
      return new Gguf(input.path());
    }
    if (!Files.exists(input.path().resolve("config.json"))) {
      throw IngotException.invalid(
          input.path() + " is no model: neither config.json nor adapter_config.json is there");
    }
    return new Folder(input.path());
  }
}
