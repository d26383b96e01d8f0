package io.ingot.gguf.mix;

import io.ingot.gguf.GgufOutput;
import io.ingot.gguf.GgufValue;
import io.ingot.gguf.OutputTensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * A model to quantize: files, or a conversion that was not written.
 *
 * @param shards the tensors of each file
 */
public record QuantizeInput(
    SequencedMap<String, GgufValue> metadata, List<List<OutputTensor>> shards) {
  public QuantizeInput {
    metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    shards = shards.stream().map(List::copyOf).toList();
  }

  /** What would be in the file of a conversion. */
  public static QuantizeInput of(GgufOutput output) {
    return new QuantizeInput(output.metadata(), List.of(output.tensors()));
  }
}
