package io.ingot.gguf.mix;

import static io.ingot.gguf.mix.FileType.*;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgmlType;
import io.ingot.gguf.GgufTensor;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chooses the type of every tensor, in the order of processing, like llama_tensor_get_type of
 * llama-quant.cpp (release 0.5.0). Keeps counters, so an instance serves one model once.
 */
final class TypeMix {
  private static final Pattern LAYER = Pattern.compile("^blk\\.(\\d+)\\.");

  /** Parts of names of small or sensitive matrices that always stay as they are. */
  private static final List<String> NEVER =
      List.of(
          "_norm.weight",
          "ffn_gate_inp.weight",
          "ffn_gate_tid2eid.weight",
          "altup",
          "laurel",
          "per_layer_model_proj",
          "ssm_conv1d",
          "shortconv.conv.weight",
          "indexer.k_proj.weight",
          "indexer.q_proj.weight",
          "time_mix_first.weight",
          "time_mix_w0.weight",
          "time_mix_w1.weight",
          "time_mix_w2.weight",
          "time_mix_v0.weight",
          "time_mix_v1.weight",
          "time_mix_v2.weight",
          "time_mix_a0.weight",
          "time_mix_a1.weight",
          "time_mix_a2.weight",
          "time_mix_g1.weight",
          "time_mix_g2.weight",
          "time_mix_decay_w1.weight",
          "time_mix_decay_w2.weight",
          "time_mix_lerp_fused.weight",
          "attn_rel_b.weight",
          ".position_embd",
          "sam.pos_embd",
          "sam.neck.",
          "sam.net_",
          ".rel_pos",
          ".patch_embd",
          ".patch_merger",
          "a.rvq.codebook",
          "mm.a.code_embd");

  private static final Set<GgmlType> NEED_WEIGHTS =
      Set.of(
          GgmlType.IQ3_XXS,
          GgmlType.IQ2_XXS,
          GgmlType.IQ2_XS,
          GgmlType.IQ2_S,
          GgmlType.IQ1_M,
          GgmlType.IQ1_S);

  private final MixModel model;
  private final QuantizeOptions options;
  private final FileType file;
  private final boolean weighted;
  private final boolean tied;
  private final int values;
  private int value;
  private int down;
  private int gate;
  private int up;

  /**
   * @param names all tensors of the model
   */
  TypeMix(MixModel model, QuantizeOptions options, List<String> names) {
    this.model = model;
    this.options = options;
    this.file = options.fileType();
    this.weighted = options.importance().isPresent();
    this.tied = !names.contains("output.weight");
    this.values = (int) names.stream().filter(name -> TensorRole.of(name).isValue()).count();
  }

  /** The type of the next tensor. */
  GgmlType choose(GgufTensor tensor) {
    if (!isEligible(tensor)) {
      return tensor.type();
    }
    String name = tensor.name();
    TensorRole role = TensorRole.of(name);
    if (options.tokenEmbeddingType().isPresent()
        && role == TensorRole.TOKEN_EMBEDDING
        && !isNamedPerLayerEmbedding(name)) {
      return options.tokenEmbeddingType().get();
    }
    if (options.outputTensorType().isPresent() && role == TensorRole.OUTPUT) {
      return options.outputTensorType().get();
    }
    GgmlType type = file.defaultType();
    if (!type.isQuantized()) {
      return type;
    }
    for (TensorTypeRule rule : options.tensorTypes()) {
      if (rule.matches(name)) {
        return fallback(tensor, rule.type());
      }
    }
    return fallback(tensor, options.pure() ? type : mixed(tensor, role, type));
  }

  private boolean isNamedPerLayerEmbedding(String name) {
    return name.equals("per_layer_token_embd.weight")
        && options.tensorTypes().stream().anyMatch(rule -> rule.matches(name));
  }

  private boolean isEligible(GgufTensor tensor) {
    String name = tensor.name();
    return file != COPY
        && tensor.rank() >= 2
        && name.endsWith("weight")
        && !(options.leaveOutputTensor() && name.equals("output.weight"))
        && !name.equals("position_embd.weight")
        && !name.equals("token_types.weight")
        && NEVER.stream().noneMatch(name::contains);
  }

  /** Whether quantizing to this type without importance weights would give garbage. */
  boolean needsWeights(GgufTensor tensor, GgmlType type) {
    return isEligible(tensor)
        && !TensorRole.of(tensor.name()).isEmbedding()
        && (NEED_WEIGHTS.contains(type) || type == GgmlType.Q2_K && file == Q2_K_S);
  }

  private GgmlType mixed(GgufTensor tensor, TensorRole role, GgmlType type) {
    if (role == TensorRole.OUTPUT || tied && role == TensorRole.TOKEN_EMBEDDING) {
      return output(tensor, type);
    }
    if (file == MXFP4_MOE) {
      return expertOnly(tensor, role);
    }
    if (role == TensorRole.TOKEN_EMBEDDING) {
      return embedding(type);
    }
    if (file.isOneOf(IQ2_XXS, IQ2_XS, IQ1_S, IQ2_S, IQ2_M, IQ1_M)) {
      return lowBits(role, type);
    }
    if (role.isValue()) {
      return value(type);
    }
    return switch (role) {
      case ATTENTION_K -> model.experts() == 8 ? GgmlType.Q8_0 : query(type);
      case ATTENTION_Q -> query(type);
      case FFN_DOWN -> down(tensor.name(), type);
      case ATTENTION_OUTPUT -> attentionOutput(type);
      case FFN_GATE -> gateOrUp(layer(tensor.name(), gate++), type);
      case FFN_UP -> gateOrUp(layer(tensor.name(), up++), type);
      default -> type;
    };
  }

  private GgmlType output(GgufTensor tensor, GgmlType type) {
    if (options.outputTensorType().isPresent()) {
      return options.outputTensorType().get();
    }
    if (file == MXFP4_MOE || model.isFalcon() || tensor.columns() % type.blockElements() != 0) {
      return GgmlType.Q8_0;
    }
    if (file.isOneOf(IQ2_XXS, IQ2_XS, IQ3_XXS, IQ1_S, IQ2_S, IQ2_M, IQ1_M)) {
      return GgmlType.Q5_K;
    }
    return type == GgmlType.Q8_0 ? type : GgmlType.Q6_K;
  }

  private GgmlType expertOnly(GgufTensor tensor, TensorRole role) {
    boolean expert =
        role == TensorRole.FFN_UP || role == TensorRole.FFN_GATE || role == TensorRole.FFN_DOWN;
    return tensor.dim(2) > 1 && (expert || !model.architecture().equals("bailingmoe3"))
        ? GgmlType.MXFP4
        : GgmlType.Q8_0;
  }

  private GgmlType embedding(GgmlType type) {
    if (file.isOneOf(IQ2_XXS, IQ2_XS, IQ1_S, IQ1_M)) {
      return GgmlType.Q2_K;
    }
    if (file.isOneOf(IQ2_S, IQ2_M, IQ3_XXS)) {
      return GgmlType.IQ3_S;
    }
    return file.isOneOf(TQ1_0, TQ2_0, Q2_0) ? GgmlType.Q4_K : type;
  }

  private GgmlType lowBits(TensorRole role, GgmlType type) {
    GgmlType better = file.isOneOf(IQ2_S, IQ2_M) ? GgmlType.IQ3_S : GgmlType.Q2_K;
    if (role.isValue()) {
      value++;
      return model.groupedQueries() >= 4 || model.experts() >= 4 ? GgmlType.Q4_K : better;
    }
    if (role == TensorRole.ATTENTION_K && model.experts() == 8) {
      return GgmlType.Q4_K;
    }
    if (role == TensorRole.FFN_DOWN) {
      return down++ < model.layers() / 8 ? better : type;
    }
    if (role == TensorRole.ATTENTION_OUTPUT) {
      if (model.experts() == 8) {
        return GgmlType.Q5_K;
      }
      if (file.isOneOf(IQ1_S, IQ1_M)) {
        return GgmlType.IQ2_XXS;
      }
      return file.isOneOf(IQ2_S, IQ2_M) ? GgmlType.IQ3_S : type;
    }
    return type;
  }

  private GgmlType value(GgmlType type) {
    boolean grouped = model.groupedQueries() >= 4;
    GgmlType chosen =
        switch (file) {
          case Q2_K -> grouped ? GgmlType.Q4_K : GgmlType.Q3_K;
          case Q2_K_S, IQ3_XS, IQ3_S -> grouped ? GgmlType.Q4_K : type;
          case IQ3_XXS -> grouped ? GgmlType.Q4_K : weighted ? GgmlType.IQ3_XXS : GgmlType.IQ3_S;
          case IQ3_M -> GgmlType.Q4_K;
          case Q3_K_M -> value < 2 ? GgmlType.Q5_K : GgmlType.Q4_K;
          case Q3_K_L -> GgmlType.Q5_K;
          case IQ4_NL, IQ4_XS -> grouped ? GgmlType.Q5_K : type;
          case Q4_K_M, Q5_K_M -> deservesMore(value, values) ? GgmlType.Q6_K : type;
          case Q4_K_S -> value < 4 ? GgmlType.Q5_K : type;
          default -> type;
        };
    if (model.isSeventyBillion() && (chosen == GgmlType.Q3_K || chosen == GgmlType.Q4_K)) {
      chosen = GgmlType.Q5_K;
    }
    if (model.experts() == 8) {
      chosen = GgmlType.Q8_0;
    }
    value++;
    return chosen;
  }

  private GgmlType query(GgmlType type) {
    return switch (file) {
      case IQ3_XS -> GgmlType.IQ3_XXS;
      case IQ3_XXS -> GgmlType.IQ2_S;
      default -> type;
    };
  }

  private GgmlType down(String name, GgmlType type) {
    int i = layer(name, down++);
    int n = model.layers();
    boolean more = deservesMore(i, n);
    return switch (file) {
      case Q2_K -> GgmlType.Q3_K;
      case Q2_K_S -> i < n / 8 ? GgmlType.Q4_K : type;
      case IQ3_XXS -> weighted ? type : i < n / 8 ? GgmlType.Q4_K : GgmlType.Q3_K;
      case Q3_K_M ->
          i < n / 16 ? GgmlType.Q5_K : !model.isFalcon() || more ? GgmlType.Q4_K : GgmlType.Q3_K;
      case IQ3_M -> i < n / 8 || model.experts() == 8 && more ? GgmlType.Q4_K : type;
      case Q3_K_L -> model.isFalcon() ? GgmlType.Q4_K : GgmlType.Q5_K;
      case Q4_K_M -> {
        if (model.isFalcon()) {
          yield i < n / 16 ? GgmlType.Q6_K : more ? GgmlType.Q5_K : GgmlType.Q4_K;
        }
        yield more ? GgmlType.Q6_K : type;
      }
      case IQ4_NL, IQ4_XS -> i < n / 8 && !weighted ? GgmlType.Q5_K : type;
      case Q5_K_M -> more ? GgmlType.Q6_K : type;
      case Q4_K_S -> !model.isFalcon() && i < n / 8 ? GgmlType.Q5_K : type;
      case Q4_0 -> weighted && i < n / 8 ? GgmlType.Q4_1 : type;
      case Q5_0 -> weighted && i < n / 8 ? GgmlType.Q5_1 : type;
      default -> type;
    };
  }

  private GgmlType attentionOutput(GgmlType type) {
    if (model.isFalcon()) {
      return file == Q3_K_L ? GgmlType.Q4_K : type;
    }
    if (model.experts() == 8) {
      return file.isOneOf(
              Q2_K, IQ3_XS, IQ3_XXS, Q3_K_S, Q3_K_M, IQ4_NL, Q4_K_S, Q4_K_M, IQ3_S, IQ3_M, IQ4_XS)
          ? GgmlType.Q5_K
          : type;
    }
    return switch (file) {
      case Q2_K -> GgmlType.Q3_K;
      case IQ3_XXS -> GgmlType.IQ3_S;
      case Q3_K_M, IQ3_M -> GgmlType.Q4_K;
      case Q3_K_L -> GgmlType.Q5_K;
      default -> type;
    };
  }

  private GgmlType gateOrUp(int i, GgmlType type) {
    int n = model.layers();
    return file == IQ3_XS && i >= n / 8 && i < 7 * n / 8 ? GgmlType.IQ3_XXS : type;
  }

  /** With experts the layer stands in the name, else it is the number of such tensors so far. */
  private int layer(String name, int counted) {
    if (model.experts() <= 1) {
      return counted;
    }
    Matcher matcher = LAYER.matcher(name);
    int layer = matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
    if (layer < 0 || layer >= model.layers()) {
      throw IngotException.invalid(
          "tensor '" + name + "' belongs to none of the " + model.layers() + " layers");
    }
    return layer;
  }

  /** The first and last eighth of the layers, and every third between them. */
  private static boolean deservesMore(int i, int n) {
    return i < n / 8 || i >= 7 * n / 8 || (i - n / 8) % 3 == 2;
  }

  /** A type with smaller blocks where rows are no multiple of the wanted one's. */
  private static GgmlType fallback(GgufTensor tensor, GgmlType wanted) {
    long columns = tensor.columns();
    if (columns % wanted.blockElements() == 0) {
      return wanted;
    }
    GgmlType smaller =
        switch (wanted) {
          case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ4_XS -> GgmlType.IQ4_NL;
          case Q2_0, Q2_K, Q3_K, TQ1_0, TQ2_0 -> GgmlType.Q4_0;
          case Q4_K -> GgmlType.Q5_0;
          case Q5_K -> GgmlType.Q5_1;
          case Q6_K -> GgmlType.Q8_0;
          default -> {
            if (wanted.blockElements() <= 32) {
              yield wanted;
            }
            throw IngotException.invalid(
                "tensor '"
                    + tensor.name()
                    + "' has rows of "
                    + columns
                    + " values, which do not divide into blocks of "
                    + wanted
                    + "; choose another type");
          }
        };
    return columns % smaller.blockElements() == 0 ? smaller : GgmlType.F16;
  }
}
