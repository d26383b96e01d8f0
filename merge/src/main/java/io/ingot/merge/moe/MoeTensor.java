package io.ingot.merge.moe;

import io.ingot.merge.method.StoredTensor;
import io.ingot.tensor.TensorInfo;
import java.util.OptionalDouble;

/**
 * A tensor that will be written.
 *
 * @param model whose it is, for messages
 */
record MoeTensor(TensorInfo output, String model, Content content) {
  /** What it is made of. */
  sealed interface Content {
    /** Bytes that are read for it. */
    default long readBytes() {
      return switch (this) {
        case Copy(StoredTensor data) -> data.elements() * data.dtype().bytes();
        case Changed changed -> changed.data().elements() * changed.data().dtype().bytes();
        case Zeros zeros -> 0;
        case Router router -> 0;
      };
    }

    /** A stored tensor, cast. */
    record Copy(StoredTensor data) implements Content {}

    /**
     * A stored tensor plus noise, times a factor; rounded to its own dtype after each, then cast.
     */
    record Changed(StoredTensor data, OptionalDouble noise, OptionalDouble scale)
        implements Content {}

    /** A bias that the base has not. */
    record Zeros() implements Content {}

    /** Rows of a router, from expert {@code first} on. */
    record Router(int layer, int first) implements Content {}
  }
}
