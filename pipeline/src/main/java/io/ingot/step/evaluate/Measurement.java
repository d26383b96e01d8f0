package io.ingot.step.evaluate;

import io.ingot.progress.Progress;
import io.ingot.step.ModelText;
import io.ingot.step.evaluate.EvaluateParameters.Metric;
import io.ingot.step.evaluate.EvaluateParameters.Suite;
import io.ingot.train.LanguageModel;
import io.ingot.train.TokenRow;
import io.ingot.train.data.Dataset;
import io.ingot.train.data.DatasetLoader;
import io.ingot.train.data.DatasetOptions;
import io.ingot.train.data.RowFormat;
import io.ingot.train.data.TooLong;
import io.ingot.train.evaluate.Divergence;
import io.ingot.train.evaluate.ExactMatch;
import io.ingot.train.evaluate.Perplexity;
import io.ingot.train.evaluate.Question;
import io.ingot.train.evaluate.Questions;
import io.ingot.train.evaluate.TextWindows;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds a model against a suite.
 *
 * @param baseline what divergences are taken from; null for the baseline itself
 * @param clock what chat templates take for now
 * @param longest tokens that the model can see
 */
public record Measurement(
    ModelText text,
    LanguageModel model,
    @Nullable LanguageModel baseline,
    LocalDateTime clock,
    int longest,
    Progress progress,
    ExactMatch.Checkpoint checkpoint) {
  /** Windows of running text, as in common use for small models. */
  private static final int WINDOW = 256;

  private static final int DEFAULT_ANSWER = 256;

  /**
   * A score with what it was taken from.
   *
   * @param rows rows or windows
   */
  public record Score(double value, int rows) {}

  /**
   * Measures.
   *
   * @param name what progress calls it
   */
  public Score measure(String name, Path file, Suite suite) throws InterruptedException {
    RowFormat format =
        suite.form() == null ? RowFormat.MESSAGES : RowFormat.parse(suite.form().format());
    int limit = suite.limit() == null ? Integer.MAX_VALUE : suite.limit();
    return switch (suite.metric()) {
      case EXACT_MATCH -> exactMatch(name, file, suite, format, limit);
      case PERPLEXITY -> {
        List<TokenRow> rows = rows(file, suite, format, limit);
        progress.begin(name, rows.size(), Progress.Unit.ROWS);
        yield new Score(
            Perplexity.ofLabels(model, rows, progress, checkpoint).value(), rows.size());
      }
      case KL_DIVERGENCE -> {
        List<int[]> rows =
            rows(file, suite, format, limit).stream().map(TokenRow::inputIds).toList();
        progress.begin(name, rows.size(), Progress.Unit.ROWS);
        double mean =
            baseline == null
                ? 0
                : Divergence.measure(baseline, model, rows, progress, checkpoint).mean();
        yield new Score(mean, rows.size());
      }
    };
  }

  private Score exactMatch(String name, Path file, Suite suite, RowFormat format, int limit)
      throws InterruptedException {
    int answer = suite.maxNewTokens() == null ? DEFAULT_ANSWER : suite.maxNewTokens();
    List<Question> questions =
        new Questions(text.tokenizer(), () -> text.template(clock))
            .read(file, format, limit, seen(suite));
    progress.begin(name, questions.size(), Progress.Unit.ROWS);
    ExactMatch match =
        ExactMatch.measure(
            model, text.tokenizer(), questions, answer, text.stops(), progress, checkpoint);
    return new Score(match.score(), match.total());
  }

  private int seen(Suite suite) {
    return suite.maxLength() == null ? longest : suite.maxLength();
  }

  /** Rows with the labels that count: of running text windows, of other formats what is trained. */
  private List<TokenRow> rows(Path file, Suite suite, RowFormat format, int limit) {
    if (format == RowFormat.TEXT) {
      int window = suite.maxLength() == null ? Math.min(WINDOW, longest) : suite.maxLength();
      return TextWindows.read(file, text.tokenizer(), window, limit).stream()
          .map(ids -> new TokenRow(ids, ids))
          .toList();
    }
    DatasetOptions options =
        new DatasetOptions(format, Optional.empty(), seen(suite), TooLong.TRUNCATE);
    Dataset dataset =
        new DatasetLoader(text.tokenizer(), text.place(), clock, text.stops()).load(file, options);
    return dataset.rows().subList(0, Math.min(limit, dataset.rows().size()));
  }

  /** The key of a metric in evaluation.json. */
  public static String key(Metric metric) {
    return metric.name().toLowerCase(java.util.Locale.ROOT);
  }
}
