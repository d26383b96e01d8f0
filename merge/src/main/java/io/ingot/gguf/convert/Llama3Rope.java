package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.util.Arrays;
import java.util.List;

/** The frequency factors of Llama 3's long context, computed in 32-bit floats like torch does. */
final class Llama3Rope {
  private Llama3Rope() {}

  static SourceTensor factors(ModelConfig config, RopeParameters rope) {
    float[] factors =
        compute(
            Math.toIntExact(LlamaFamily.headDimension(config)),
            real(rope, "rope_theta", 10000.0),
            real(rope, "factor", 8.0),
            real(rope, "low_freq_factor", 1.0),
            real(rope, "high_freq_factor", 4.0),
            real(rope, "original_max_position_embeddings", 8192));
    return new SourceTensor(
        "rope_freqs.weight", List.of((long) factors.length), false, new RowViews.Constant(factors));
  }

  /**
   * Finds the parameters that give these factors and puts them into a configuration.
   *
   * @throws IngotException when no usual parameters do
   */
  static void restore(SourceTensor tensor, ObjectNode config) {
    float[] factors = new float[Math.toIntExact(tensor.elements())];
    tensor.rows().read(0, 1, factors);
    float largest = 1;
    for (float factor : factors) {
      largest = Math.max(largest, factor);
    }
    if (largest == 1) {
      return;
    }
    int dimension = Math.toIntExact(LlamaFamily.headDimension(new ModelConfig(config)));
    double base = config.path("rope_theta").doubleValue();
    for (int original = 1 << 15; original >= 1 << 8; original /= 2) {
      for (double low : new double[] {1, 2, 0.5, 4}) {
        for (double high : new double[] {4, 8, 2, 16, 32}) {
          if (high > low
              && Arrays.equals(factors, compute(dimension, base, largest, low, high, original))) {
            config
                .putObject("rope_scaling")
                .put("rope_type", "llama3")
                .put("factor", (double) largest)
                .put("low_freq_factor", low)
                .put("high_freq_factor", high)
                .put("original_max_position_embeddings", original);
            return;
          }
        }
      }
    }
    throw IngotException.invalid(
        "rope_freqs.weight holds frequency factors of an unknown kind; only those of Llama 3 can"
            + " be read");
  }

  private static float[] compute(
      int dimension, double base, double factor, double low, double high, double original) {
    float[] factors = new float[(dimension + 1) / 2];
    for (int i = 0; i < factors.length; i++) {
      float exponent = (float) (2 * i) / (float) dimension;
      float frequency = 1.0f / (float) Math.pow(base, exponent);
      float wavelength = (1.0f / frequency) * (float) (2 * Math.PI);
      if (wavelength < original / high) {
        factors[i] = 1;
      } else if (wavelength > original / low) {
        factors[i] = (float) factor;
      } else {
        // torch divides a scalar by a tensor as the reciprocal times the scalar
        float turns = (1.0f / wavelength) * (float) original;
        float smooth = (turns - (float) low) / (float) (high - low);
        float blend = (1.0f - smooth) / (float) factor + smooth;
        factors[i] = 1.0f / blend;
      }
    }
    return factors;
  }

  private static double real(RopeParameters rope, String key, double otherwise) {
    return rope.find(key).map(JsonNode::doubleValue).orElse(otherwise);
  }
}
