package io.ingot.train.evaluate;

import io.ingot.progress.Progress;
import io.ingot.train.LanguageModel;
import io.ingot.train.TokenRow;
import java.util.List;

/**
 * exp of the mean negative log-likelihood of a token, given those before it in its row.
 *
 * @param negativeLogLikelihood sum over all predictions, in nats
 * @param predictions number of tokens that were predicted
 */
public record Perplexity(double negativeLogLikelihood, long predictions) {
  private static final int CHUNK = 16;

  public double value() {
    return Math.exp(negativeLogLikelihood / predictions);
  }

  /** Over every token of the rows but the first of each. */
  public static Perplexity measure(
      LanguageModel model, List<int[]> rows, Progress progress, ExactMatch.Checkpoint checkpoint)
      throws InterruptedException {
    return ofLabels(
        model, rows.stream().map(r -> new TokenRow(r, r)).toList(), progress, checkpoint);
  }

  /** Over the labeled tokens of the rows; the first of each is never predicted. */
  public static Perplexity ofLabels(
      LanguageModel model, List<TokenRow> rows, Progress progress, ExactMatch.Checkpoint checkpoint)
      throws InterruptedException {
    double sum = 0;
    long count = 0;
    for (int from = 0; from < rows.size(); from += CHUNK) {
      checkpoint.check();
      List<TokenRow> some = rows.subList(from, Math.min(rows.size(), from + CHUNK));
      List<float[]> scores = model.score(some.stream().map(TokenRow::inputIds).toList());
      for (int r = 0; r < some.size(); r++) {
        int[] labels = some.get(r).labels();
        for (int i = 1; i < labels.length; i++) {
          if (labels[i] != TokenRow.IGNORED) {
            sum -= scores.get(r)[i];
            count++;
          }
        }
      }
      progress.advance(some.size());
    }
    return new Perplexity(sum, count);
  }
}
