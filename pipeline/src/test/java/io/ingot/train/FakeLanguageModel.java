package io.ingot.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** A model with set answers; every token has the same probability, unless it is the favorite. */
public final class FakeLanguageModel implements LanguageModel {
  private final int vocabulary;
  private final float favorite;
  private final Function<int[], int[]> answers;
  private boolean closed;

  /**
   * A model that answers by a function of the prompt.
   *
   * @param favorite natural-log probability of token 0; the others share the rest evenly
   */
  public FakeLanguageModel(int vocabulary, double favorite, Function<int[], int[]> answers) {
    this.vocabulary = vocabulary;
    this.favorite = (float) favorite;
    this.answers = answers;
  }

  public boolean closed() {
    return closed;
  }

  private float probability(int token) {
    return token == 0 ? favorite : (float) Math.log((1 - Math.exp(favorite)) / (vocabulary - 1));
  }

  @Override
  public List<float[]> score(List<int[]> rows) {
    List<float[]> scores = new ArrayList<>();
    for (int[] row : rows) {
      float[] values = new float[row.length];
      for (int i = 0; i < row.length; i++) {
        values[i] = i == 0 ? Float.NaN : probability(row[i]);
      }
      scores.add(values);
    }
    return scores;
  }

  @Override
  public List<int[]> generate(List<int[]> prompts, int maxNewTokens, Set<Integer> stopTokens) {
    return prompts.stream()
        .map(answers)
        .map(a -> Arrays.copyOf(a, Math.min(a.length, maxNewTokens)))
        .toList();
  }

  @Override
  public void logProbabilities(List<int[]> rows, LogProbabilities sink) {
    for (int r = 0; r < rows.size(); r++) {
      float[] values = new float[rows.get(r).length * vocabulary];
      for (int i = 0; i < values.length; i++) {
        values[i] = probability(i % vocabulary);
      }
      sink.accept(r, values, vocabulary);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
