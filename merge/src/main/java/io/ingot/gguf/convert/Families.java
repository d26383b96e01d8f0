package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
    register(GraniteFamily::new, "GraniteForCausalLM");
    register(() -> new QwenFamily("qwen2"), "Qwen2ForCausalLM");
    register(() -> new QwenFamily("qwen3"), "Qwen3ForCausalLM");
    register(() -> new QwenMoeFamily("qwen2moe"), "Qwen2MoeForCausalLM");
    register(() -> new QwenMoeFamily("qwen3moe"), "Qwen3MoeForCausalLM");
    register(GemmaFamily::new, "GemmaForCausalLM");
    register(GemmaFamily::second, "Gemma2ForCausalLM");
    register(Gemma3Family::new, "Gemma3ForCausalLM", "Gemma3ForConditionalGeneration");
    register(PhiFamily::new, "Phi3ForCausalLM");
    register(FalconFamily::new, "FalconForCausalLM", "RWForCausalLM");
    register(Olmo2Family::new, "Olmo2ForCausalLM", "Olmo3ForCausalLM");
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

  /**
   * A new instance for an architecture of GGUF.
   *
   * @throws IngotException (invalid) naming the known architectures
   */
  static Family ofArchitecture(String architecture) {
    Set<String> known = new TreeSet<>();
    for (Supplier<Family> family : BY_CLASS.values()) {
      Family found = family.get();
      if (found.architecture().equals(architecture)) {
        return found;
      }
      known.add(found.architecture());
    }
    throw IngotException.invalid(
        "models of the architecture '" + architecture + "' cannot be read; known: " + known);
  }
}
