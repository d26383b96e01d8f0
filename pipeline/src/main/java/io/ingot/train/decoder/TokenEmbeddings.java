package io.ingot.train.decoder;

import io.ingot.error.IngotException;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The embeddings of the tokens that some rows hold, instead of the whole vocabulary's.
 *
 * @param index the row of each token in {@code values}
 * @param values {@code [count, hidden]}, row-major
 */
record TokenEmbeddings(Map<Integer, Integer> index, float[] values) {
  private static final String EMBEDDING = "embed_tokens.weight";

  /**
   * Reads them.
   *
   * @throws IngotException when there is no embedding of this shape, a row is empty, or it holds a
   *     token that is not in the vocabulary
   */
  static TokenEmbeddings of(TensorSource source, List<int[]> rows, DecoderShape shape) {
    Set<Integer> tokens = new LinkedHashSet<>();
    for (int r = 0; r < rows.size(); r++) {
      if (rows.get(r).length == 0) {
        throw IngotException.invalid("row " + (r + 1) + " has no tokens");
      }
      for (int id : rows.get(r)) {
        if (id < 0 || id >= shape.vocabulary()) {
          throw IngotException.invalid(
              "row %d holds the token %d, but the vocabulary has %d tokens; was it made with another tokenizer?"
                  .formatted(r + 1, id, shape.vocabulary()));
        }
        tokens.add(id);
      }
    }
    TensorInfo info =
        source.tensors().values().stream()
            .filter(t -> t.name().endsWith(EMBEDDING))
            .findFirst()
            .orElseThrow(
                () ->
                    IngotException.invalid(
                        "the model has no tensor model."
                            + EMBEDDING
                            + "; its weights are incomplete"));
    int hidden = shape.hiddenSize();
    if (!info.shape().equals(List.of((long) shape.vocabulary(), (long) hidden))) {
      throw IngotException.invalid(
          "tensor %s has the shape %s; config.json asks for [%d, %d]"
              .formatted(info.name(), info.shape(), shape.vocabulary(), hidden));
    }
    MemorySegment data = source.data(info.name());
    float[] values = new float[Math.multiplyExact(tokens.size(), hidden)];
    Map<Integer, Integer> index = new HashMap<>();
    for (int id : tokens) {
      int place = index.size();
      Elements.read(info.dtype(), data, (long) id * hidden, values, place * hidden, hidden);
      index.put(id, place);
    }
    return new TokenEmbeddings(index, values);
  }

  /** Number of tokens. */
  int count() {
    return index.size();
  }

  /** Where these tokens stand. */
  long[] places(long[] ids) {
    long[] places = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      places[i] = Objects.requireNonNull(index.get(Math.toIntExact(ids[i])));
    }
    return places;
  }
}
