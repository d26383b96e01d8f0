package io.ingot.gguf.mix;

import io.ingot.gguf.GgmlType;
import java.util.List;
import java.util.Optional;

/**
 * How to quantize; the names are those of llama-quantize.
 *
 * @param leaveOutputTensor whether output.weight is copied
 * @param pure whether every tensor gets the default type
 * @param tensorTypes the first rule that matches decides
 * @param overrides metadata to set
 * @param pruneLayers layers to leave out
 */
public record QuantizeOptions(
    FileType fileType,
    boolean allowRequantize,
    boolean leaveOutputTensor,
    boolean pure,
    Optional<GgmlType> outputTensorType,
    Optional<GgmlType> tokenEmbeddingType,
    List<TensorTypeRule> tensorTypes,
    List<KeyValueOverride> overrides,
    List<Integer> pruneLayers,
    Optional<ImportanceMatrix> importance) {
  public QuantizeOptions {
    tensorTypes = List.copyOf(tensorTypes);
    overrides = List.copyOf(overrides);
    pruneLayers = pruneLayers.stream().distinct().sorted().toList();
  }

  /** The plain mix of a type. */
  public static QuantizeOptions of(FileType fileType) {
    return new QuantizeOptions(
        fileType,
        false,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }
}
