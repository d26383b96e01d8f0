package io.ingot.train.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.train.decoder.DecoderShape.Experts;
import io.ingot.train.decoder.DecoderShape.Multipliers;
import io.ingot.train.decoder.rotary.RotaryEmbedding;
import io.ingot.train.decoder.rotary.RotaryTypes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reads config.json in the dialect of transformers 5 ({@code rope_parameters}, {@code layer_types})
 * and of earlier ones ({@code rope_theta}, {@code rope_scaling}, window patterns).
 */
final class DecoderConfig {
  private static final String SLIDING = "sliding_attention";

  private final JsonNode config;
  private final DecoderFamily family;

  private DecoderConfig(JsonNode config, DecoderFamily family) {
    this.config = config;
    this.family = family;
  }

  /**
   * The shape of a model.
   *
   * @throws IngotException for an unknown family, or an absent or impossible value
   */
  static DecoderShape read(ObjectNode root) {
    JsonNode text = root.path("text_config").isObject() ? root.path("text_config") : root;
    String type = text.path("model_type").asText(root.path("model_type").asText(""));
    return new DecoderConfig(text, DecoderFamily.of(type)).shape();
  }

  private DecoderShape shape() {
    int hidden = positive("hidden_size");
    int layers = positive("num_hidden_layers");
    int heads = positive("num_attention_heads");
    int kvHeads = config.path("num_key_value_heads").asInt(heads);
    int headDim = config.path("head_dim").asInt(0);
    if (headDim == 0) {
      headDim = hidden / heads;
    }
    if (kvHeads < 1 || heads % kvHeads != 0) {
      throw IngotException.invalid(
          "config.json: num_key_value_heads "
              + kvHeads
              + " does not divide num_attention_heads "
              + heads);
    }
    checkActivation();
    int maximum = config.path("max_position_embeddings").asInt(2048);
    List<Boolean> sliding = slidingLayers(layers);
    int window = config.path("sliding_window").asInt(0);
    int rotated = (int) (headDim * rope("partial_rotary_factor", 1.0));
    List<RotaryEmbedding> rotaries = new ArrayList<>();
    List<Integer> kinds = new ArrayList<>();
    readRotaries(rotated, maximum, sliding, rotaries, kinds);
    double queryScalar = config.path("query_pre_attn_scalar").asDouble(headDim);
    return new DecoderShape(
        family,
        hidden,
        positive("intermediate_size"),
        layers,
        heads,
        kvHeads,
        headDim,
        positive("vocab_size"),
        config.path("rms_norm_eps").asDouble(1e-6),
        config.path("tie_word_embeddings").asBoolean(family.tiesByDefault()),
        maximum,
        sliding.stream().map(s -> s ? window : 0).toList(),
        rotaries,
        kinds,
        config.path("attention_multiplier").asDouble(1 / Math.sqrt(queryScalar)),
        config.path("attn_logit_softcapping").asDouble(0),
        config.path("final_logit_softcapping").asDouble(0),
        new Multipliers(
            config.path("embedding_multiplier").asDouble(1),
            config.path("residual_multiplier").asDouble(1),
            config.path("logits_scaling").asDouble(1)),
        experts(layers));
  }

  private void checkActivation() {
    String activation =
        config.path("hidden_activation").asText(config.path("hidden_act").asText(""));
    if (!family.activations().contains(activation)) {
      throw IngotException.invalid(
          "config.json: activation '"
              + activation
              + "' of "
              + family.modelType()
              + " is unknown; known: "
              + family.activations());
    }
  }

  /** Which layers attend through a window only. */
  private List<Boolean> slidingLayers(int layers) {
    JsonNode types = config.path("layer_types");
    if (types.isArray() && family.readsLayerTypes()) {
      if (types.size() != layers) {
        throw IngotException.invalid(
            "config.json: layer_types has " + types.size() + " entries for " + layers + " layers");
      }
      List<Boolean> sliding = new ArrayList<>();
      types.forEach(t -> sliding.add(t.asText().equals(SLIDING)));
      return sliding;
    }
    if (!config.path("sliding_window").isNumber()) {
      return Collections.nCopies(layers, false);
    }
    int pattern =
        config
            .path("sliding_window_pattern")
            .asInt(config.path("_sliding_window_pattern").asInt(6));
    int from = config.path("max_window_layers").asInt(0);
    boolean used = config.path("use_sliding_window").asBoolean(false);
    List<Boolean> sliding = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      sliding.add(
          switch (family.windows()) {
            case NONE -> false;
            case ALL -> true;
            case EVEN -> i % 2 == 0;
            case PATTERN -> (i + 1) % pattern != 0;
            case UPPER -> used && i >= from;
          });
    }
    return sliding;
  }

  private void readRotaries(
      int rotated,
      int maximum,
      List<Boolean> sliding,
      List<RotaryEmbedding> rotaries,
      List<Integer> kinds) {
    int original = config.path("original_max_position_embeddings").asInt(maximum);
    JsonNode parameters = config.path("rope_parameters");
    boolean perType = parameters.path("full_attention").isObject();
    boolean local = config.path("rope_local_base_freq").isNumber();
    if (perType) {
      for (String type : List.of("full_attention", SLIDING)) {
        JsonNode one = parameters.path(type);
        double theta = one.path("rope_theta").asDouble(1e4);
        rotaries.add(RotaryTypes.of(one, theta, rotated, maximum, original));
      }
    } else {
      JsonNode scaling = parameters.isObject() ? parameters : config.path("rope_scaling");
      rotaries.add(RotaryTypes.of(scaling, rope("rope_theta", 1e4), rotated, maximum, original));
      if (local) {
        double theta = config.path("rope_local_base_freq").asDouble();
        JsonNode none = config.path("no such key");
        rotaries.add(RotaryTypes.of(none, theta, rotated, maximum, original));
      }
    }
    JsonNode turned = config.path("no_rope_layers");
    for (int i = 0; i < sliding.size(); i++) {
      boolean none = turned.isArray() && turned.path(i).asInt(1) == 0;
      kinds.add(none ? -1 : rotaries.size() > 1 && sliding.get(i) ? 1 : 0);
    }
  }

  /** A number that lies in rope_parameters now and at the top before. */
  private double rope(String key, double fallback) {
    return config.path("rope_parameters").path(key).asDouble(config.path(key).asDouble(fallback));
  }

  private Experts experts(int layers) {
    int count = config.path("num_local_experts").asInt(config.path("num_experts").asInt(0));
    if (count == 0 || !family.isMixture()) {
      return new Experts(0, 0, 0, false, Collections.nCopies(layers, false));
    }
    int step = config.path("decoder_sparse_step").asInt(1);
    List<Integer> dense = new ArrayList<>();
    config.path("mlp_only_layers").forEach(n -> dense.add(n.asInt()));
    List<Boolean> sparse = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      sparse.add(!dense.contains(i) && (i + 1) % step == 0);
    }
    return new Experts(
        count,
        positive("num_experts_per_tok"),
        config.path("moe_intermediate_size").asInt(config.path("intermediate_size").asInt()),
        config.path("norm_topk_prob").asBoolean(false),
        sparse);
  }

  private int positive(String key) {
    JsonNode value = config.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
      throw IngotException.invalid(
          "config.json: "
              + key
              + " is "
              + (value.isMissingNode() ? "missing" : value.toString())
              + "; expected a positive whole number");
    }
    return value.intValue();
  }
}
