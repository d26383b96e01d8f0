package io.ingot.train;

import java.util.List;
import java.util.Set;

/** A decoder that scores and generates. Not thread-safe; batches inside as it sees fit. */
public interface LanguageModel extends AutoCloseable {
  /**
   * Natural-log probabilities: result[r][i] is that of token i of row r given those before it;
   * result[r][0] is NaN.
   */
  List<float[]> score(List<int[]> rows);

  /**
   * Greedy continuation with a KV cache, rows of different lengths batched.
   *
   * @return the new tokens of each prompt, in order, the stop token not included
   */
  List<int[]> generate(List<int[]> prompts, int maxNewTokens, Set<Integer> stopTokens);

  /** Takes the log-probabilities of the next token: {@code positions x vocabulary}, row-major. */
  @FunctionalInterface
  interface LogProbabilities {
    void accept(int row, float[] values, int vocabulary);
  }

  /** Full log-softmax at every position of every row, for divergences; row by row, in order. */
  void logProbabilities(List<int[]> rows, LogProbabilities sink);

  @Override
  void close();
}
