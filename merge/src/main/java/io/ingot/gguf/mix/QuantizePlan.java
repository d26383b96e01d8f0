package io.ingot.gguf.mix;

import io.ingot.gguf.GgmlType;
import io.ingot.gguf.GgufOutput;
import java.util.List;

/**
 * What a quantization will write.
 *
 * @param outputs one for each shard
 */
public record QuantizePlan(List<Choice> tensors, List<GgufOutput> outputs) {
  public QuantizePlan {
    tensors = List.copyOf(tensors);
    outputs = List.copyOf(outputs);
  }

  /**
   * The type of one tensor.
   *
   * @param bytes of its data afterwards
   */
  public record Choice(String name, GgmlType from, GgmlType to, long elements, long bytes) {}

  /** Bytes of all tensors, without padding. */
  public long bytes() {
    return tensors.stream().mapToLong(Choice::bytes).sum();
  }

  /** Bits for each parameter. */
  public double bitsPerWeight() {
    long elements = tensors.stream().mapToLong(Choice::elements).sum();
    return elements == 0 ? 0 : bytes() * 8.0 / elements;
  }
}
