package io.ingot.step;

import io.ingot.error.IngotException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    if (isAdapter(input.path())) {
      return new Adapter(of(inputs, name + "/base"), input.path());
    }
    return plain(input.path());
  }

  /**
   * The model at a path of the user's.
   *
   * @param base of an adapter; null where the path is none
   * @throws IngotException when nothing is there, or an adapter comes without its base
   */
  static ModelSource of(Path path, @Nullable Path base) {
    if (!Files.exists(path)) {
      throw IngotException.notFound(path + " does not exist");
    }
    if (!isAdapter(path)) {
      return plain(path);
    }
    if (base == null) {
      throw IngotException.usage(
          path + " is an adapter; name the folder of its base model with --base");
    }
    return new Adapter(of(base, null), path);
  }

  private static boolean isAdapter(Path path) {
    return Files.exists(path.resolve("adapter_config.json"));
  }

  private static ModelSource plain(Path path) {
    if (Files.isRegularFile(path) && path.toString().endsWith(".gguf")) {
      return new Gguf(path);
    }
    if (!Files.exists(path.resolve("config.json"))) {
      throw IngotException.invalid(
          path + " is no model: neither config.json nor adapter_config.json is there");
    }
    return new Folder(path);
  }
}
