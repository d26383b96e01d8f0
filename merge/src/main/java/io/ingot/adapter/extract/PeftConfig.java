package io.ingot.adapter.extract;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/**
 * adapter_config.json of an extracted adapter. Alpha is the rank everywhere, so that the factors'
 * product is the difference itself.
 *
 * @param base name or path of the base
 * @param ranks by module
 * @param saved modules that are saved whole
 * @param names gives the shortest names that mean exactly these modules
 * @param causal whether it is a model that continues text
 * @param transposed whether base weights lie as {@code [in, out]}
 * @param loraBias whether second factors have a bias
 * @param baseBias whether the adapter brings biases of modules with factors
 */
record PeftConfig(
    String base,
    SequencedMap<String, Integer> ranks,
    List<String> saved,
    ModuleNames names,
    boolean causal,
    boolean transposed,
    boolean loraBias,
    boolean baseBias) {
  private static final ObjectMapper JSON = new ObjectMapper();

  int rank() {
    return ranks.values().stream().mapToInt(r -> r).max().orElse(1);
  }

  ObjectNode json() {
    ObjectNode json = JSON.createObjectNode();
    json.put("base_model_name_or_path", base);
    json.put("peft_type", "LORA");
    json.put("task_type", causal ? "CAUSAL_LM" : null);
    json.put("r", rank());
    json.put("lora_alpha", rank());
    json.put("lora_dropout", 0.0);
    json.put("use_rslora", false);
    json.put("use_dora", false);
    json.put("fan_in_fan_out", transposed);
    json.put("bias", baseBias ? "lora_only" : "none");
    if (loraBias) {
      json.put("lora_bias", true);
    }
    json.put("init_lora_weights", true);
    json.put("inference_mode", true);
    json.set("target_modules", JSON.valueToTree(names.targets(new ArrayList<>(ranks.keySet()))));
    json.set(
        "modules_to_save",
        saved.isEmpty() ? json.nullNode() : JSON.valueToTree(names.saved(saved)));
    ObjectNode pattern = json.objectNode();
    ranks.forEach(
        (module, rank) -> {
          if (rank != rank()) {
            pattern.put(module, rank);
          }
        });
    json.set("rank_pattern", pattern);
    json.set("alpha_pattern", pattern.deepCopy());
    return json;
  }
}
