package io.ingot.adapter.extract;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.model.Architecture;
import io.ingot.model.ArchitectureModule;
import io.ingot.model.Architectures;
import io.ingot.model.WeightTemplate;
import io.ingot.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the modules of a model are: from its architecture where that is known, from names and shapes
 * otherwise.
 */
final class ModuleKinds {
  private static final Pattern HEAD = Pattern.compile("(.*\\.)?(lm_head|embed_out|output)");

  private static final Pattern EMBEDDING =
      Pattern.compile(
          "(.*\\.)?(embed_tokens.*|wte|wpe|embed_in|shared|embed_positions|.*_embeddings?|embeddings?)");

  /** Routers are parameters of modules that are not linear, in some versions of transformers. */
  private static final Pattern ROUTER = Pattern.compile("(.*\\.)?(gate|router)");

  /** Families whose linear layers keep weights as {@code [in, out]}: transformers' Conv1D. */
  private static final Set<String> CONV1D =
      Set.of("gpt2", "openai-gpt", "imagegpt", "decision_transformer");

  /** Buffers of older checkpoints that are computed, not learned. */
  private static final Pattern BUFFER =
      Pattern.compile(
          "(.*\\.)?(rotary_emb\\.inv_freq|masked_bias|position_ids|num_batches_tracked)");

  private final Map<String, String> canonical = new HashMap<>();
  private final Set<String> tokenRows = new HashSet<>();
  private final boolean conv1d;
  private final boolean experts;

  ModuleKinds(ObjectNode config, Set<String> tensors) {
    String type = config.path("model_type").asText("");
    this.conv1d = CONV1D.contains(type);
    this.experts =
        config.has("num_experts")
            || config.has("num_local_experts")
            || config.has("n_routed_experts");
    Optional<Architecture> known =
        config.path("architectures").size() == 1 ? Architectures.find(config) : Optional.empty();
    for (WeightTemplate weight : known.map(a -> weights(a, config)).orElse(List.of())) {
      if (weight.embedding()) {
        tokenRows.add(weight.name());
      }
      weight.aliases().stream()
          .filter(alias -> tensors.contains(alias) && !tensors.contains(weight.name()))
          .forEach(alias -> canonical.put(alias, weight.name()));
    }
  }

  private static List<WeightTemplate> weights(Architecture architecture, ObjectNode config) {
    List<WeightTemplate> all = new ArrayList<>();
    for (ArchitectureModule module : architecture.modules().values()) {
      int layers = module.layers(config);
      all.addAll(module.before(config));
      for (int i = 0; i < layers; i++) {
        all.addAll(module.layer(config, i));
      }
      all.addAll(module.after(config, layers));
    }
    return all;
  }

  /** The name that transformers gives a tensor of a checkpoint. */
  String canonical(String tensor) {
    return canonical.getOrDefault(tensor, tensor);
  }

  /** Whether a module gives the logits, a row for each token. */
  boolean isHead(String module) {
    return HEAD.matcher(module).matches();
  }

  /** Whether a module looks rows up by token or position. */
  boolean isEmbedding(String module, TensorInfo weight) {
    return weight.shape().size() == 2
        && !isHead(module)
        && (tokenRows.contains(module + ".weight") || EMBEDDING.matcher(module).matches());
  }

  boolean isRouter(String module) {
    return experts && ROUTER.matcher(module).matches();
  }

  boolean isConv1d(String module) {
    return conv1d && module.matches("(.*\\.)?(c_attn|c_proj|c_fc|q_attn)");
  }

  /** Whether a tensor is left alone: computed, or the mask that GPT-2 stores. */
  boolean isBuffer(String tensor, TensorInfo info) {
    return BUFFER.matcher(tensor).matches()
        || (tensor.endsWith(".attn.bias") && info.shape().size() == 4);
  }
}
