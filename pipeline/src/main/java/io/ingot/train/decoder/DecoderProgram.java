package io.ingot.train.decoder;

import io.ingot.train.decoder.rotary.RotaryEmbedding;
import io.ingot.train.torch.TorchDevice;
import io.ingot.train.torch.TorchProgram;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The text of a family with the constants of one model filled in.
 *
 * @param shared places of tensors outside of the layers
 * @param layer places of the tensors of a layer
 */
record DecoderProgram(DecoderShape shape, String text, TensorPlaces shared, TensorPlaces layer) {
  /** Bytes of logits that may live at once. */
  private static final long LOGIT_BYTES = 64L << 20;

  private static final Pattern COMMENT = Pattern.compile("(?m)^ *#.*\\n");

  private static final Pattern CONSTANT = Pattern.compile("\\$([a-z_0-9]+)");

  static DecoderProgram of(DecoderShape shape) {
    int experts = shape.experts().count();
    String source = COMMENT.matcher(shape.family().text()).replaceAll("");
    TensorPlaces shared = TensorPlaces.read(source, 's', experts);
    TensorPlaces layer = TensorPlaces.read(shared.text(), 'p', experts);
    Map<String, String> constants = constants(shape, shared, layer);
    String text =
        CONSTANT
            .matcher(layer.text())
            .replaceAll(
                m -> {
                  String value = constants.get(m.group(1));
                  if (value == null) {
                    throw new IllegalStateException("no constant " + m.group());
                  }
                  return Matcher.quoteReplacement(value);
                });
    return new DecoderProgram(shape, text, shared, layer);
  }

  TorchProgram compile(TorchDevice device) {
    return TorchProgram.compile(text, device);
  }

  private static Map<String, String> constants(
      DecoderShape s, TensorPlaces shared, TensorPlaces layer) {
    Map<String, String> c = new TreeMap<>();
    c.put("layers", Integer.toString(s.layers()));
    c.put("places", Integer.toString(layer.size()));
    c.put("linears", ints(layer.linears().stream().map(TensorPlaces.Entry::place).toList()));
    c.put(
        "shared_linears", ints(shared.linears().stream().map(TensorPlaces.Entry::place).toList()));
    c.put("heads", Integer.toString(s.heads()));
    c.put("kv_heads", Integer.toString(s.kvHeads()));
    c.put("head_dim", Integer.toString(s.headDim()));
    c.put("hidden", Integer.toString(s.hiddenSize()));
    c.put("intermediate", Integer.toString(s.intermediateSize()));
    c.put("rms_norm_eps", real(s.rmsNormEps()));
    c.put("windows", ints(s.windows()));
    c.put("rotary_kinds", ints(s.rotaryKinds()));
    c.put("attention_scale", real(s.attentionScale()));
    c.put("attention_softcap", real(s.attentionSoftcap()));
    c.put("logit_softcap", real(s.logitSoftcap()));
    c.put("embedding_scale", real(Math.sqrt(s.hiddenSize())));
    c.put("embedding_multiplier", real(s.multipliers().embedding()));
    c.put("residual_multiplier", real(s.multipliers().residual()));
    c.put("logit_divisor", real(s.multipliers().logits()));
    c.put("experts", Integer.toString(s.experts().count()));
    c.put("experts_per_token", Integer.toString(s.experts().perToken()));
    c.put("normalize_experts", s.experts().normalize() ? "True" : "False");
    c.put(
        "sparse_layers",
        s.experts().sparse().stream()
            .map(b -> b ? "True" : "False")
            .collect(Collectors.joining(", ", "[", "]")));
    long rows = LOGIT_BYTES / (4L * s.vocabulary());
    c.put("chunk", Long.toString(Math.clamp(rows, 32, 4096)));
    return c;
  }

  private static String ints(Collection<Integer> values) {
    return values.isEmpty()
        ? "annotate(List[int], [])"
        : values.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String real(double value) {
    return String.format(Locale.ROOT, "%.17e", value);
  }

  /** The rotation's numbers as the program takes them: the factor, then inverse frequencies. */
  static float[] frequencies(RotaryEmbedding rotary, int length) {
    double[] f = rotary.frequencies(length);
    float[] values = new float[f.length + 1];
    values[0] = (float) rotary.factor(length);
    for (int i = 0; i < f.length; i++) {
      values[i + 1] = (float) f[i];
    }
    return values;
  }
}
