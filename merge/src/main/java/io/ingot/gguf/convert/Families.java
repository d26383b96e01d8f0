package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** All model families by the names of their classes in transformers. */
final class Families {
  private static final Map<String, Supplier<Family>> BY_CLASS = new TreeMap<>();

  static {
    register(
        LlamaFamily::new,
        "LlamaForCausalLM",
        "LLaMAForCausalLM",
        "MistralForCausalLM",
        "MixtralForCausalLM");
    register(() -> new LlamaFamily("smollm3", ""), "SmolLM3ForCausalLM");
  }

  private Families() {}

  private static void register(Supplier<Family> family, String... classes) {
    for (String name : classes) {
      BY_CLASS.put(name, family);
    }
  }

  /**
   * A new instance for a class name.
   *
   * @throws IngotException (invalid) naming the known classes
   */
  static Family of(String className) {
    Supplier<Family> family = BY_CLASS.get(className);
    if (family == null) {
      throw IngotException.invalid(
          "config.json: models of class '"
              + className
              + "' cannot be converted to GGUF; known: "
              + String.join(", ", BY_CLASS.keySet()));
    }
    return family.get();
  }
}
