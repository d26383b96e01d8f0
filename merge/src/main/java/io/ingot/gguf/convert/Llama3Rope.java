package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The frequency factors of Llama 3's long context, computed in 32-bit floats like torch does. */
final class Llama3Rope {
  private Llama3Rope() {}

  static SourceTensor factors(ModelConfig config, RopeParameters rope) {
    double base = real(rope, "rope_theta", 10000.0);
    double factor = real(rope, "factor", 8.0);
    double low = real(rope, "low_freq_factor", 1.0);
    double high = real(rope, "high_freq_factor", 4.0);
    double original = real(rope, "original_max_position_embeddings", 8192);
    int dimension = Math.toIntExact(LlamaFamily.headDimension(config));
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
    return new SourceTensor(
        "rope_freqs.weight", List.of((long) factors.length), false, new RowViews.Constant(factors));
  }

  private static double real(RopeParameters rope, String key, double otherwise) {
    return rope.find(key).map(JsonNode::doubleValue).orElse(otherwise);
  }
}
