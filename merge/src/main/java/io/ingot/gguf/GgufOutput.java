package io.ingot.gguf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What is to be written into one GGUF file.
 *
 * @param metadata keys and values in file order
 */
public record GgufOutput(SequencedMap<String, GgufValue> metadata, List<OutputTensor> tensors) {
  public GgufOutput {
    metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    tensors = List.copyOf(tensors);
  }

  /** Bytes of all tensors, without padding. */
  public long tensorBytes() {
    return tensors.stream().mapToLong(tensor -> tensor.at(0).bytes()).sum();
  }
}
