package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.step.DatasetForm;
import io.ingot.step.evaluate.EvaluateParameters.Metric;
import io.ingot.step.evaluate.EvaluateParameters.Suite;
import io.ingot.step.evaluate.Measurement;
import io.ingot.train.LanguageModel;
import io.ingot.train.data.RowFormat;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot evaluate MODEL --dataset FILE --metric M}. */
@Command(name = "evaluate", description = "Measures a model on a dataset.")
final class EvaluateCommand extends IngotCommand {
  @Parameters(paramLabel = "MODEL", description = "A model folder, an adapter, or a GGUF file.")
  Path model = Path.of("");

  @Option(
      names = "--dataset",
      required = true,
      paramLabel = "FILE",
      description = "Rows with known answers, or running text.")
  Path dataset = Path.of("");

  @Option(
      names = "--metric",
      required = true,
      paramLabel = "M",
      description = "exact_match, perplexity or kl_divergence.")
  Metric metric = Metric.EXACT_MATCH;

  @Option(
      names = "--format",
      paramLabel = "F",
      description = "How a row is written (default: told from the first row).")
  @Nullable String format;

  @Option(
      names = "--baseline",
      paramLabel = "MODEL",
      description = "What kl_divergence is taken from.")
  @Nullable Path baseline;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "256",
      description = "Longest answer (default: ${DEFAULT-VALUE}).")
  int maxNewTokens = 256;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Longest row; of running text the window (default: 256).")
  @Nullable Integer maxLength;

  @Option(names = "--limit", paramLabel = "N", description = "Rows that are measured.")
  @Nullable Integer limit;

  @Mixin InferenceOptions inference = new InferenceOptions();
  @Mixin TemplateClock clock = new TemplateClock();

  @Override
  public Integer call() throws InterruptedException {
    if ((metric == Metric.KL_DIVERGENCE) != (baseline != null)) {
      throw IngotException.usage("--metric kl_divergence and --baseline MODEL go together");
    }
    RowFormat rows = format == null ? RowFormat.detect(dataset) : RowFormat.parse(format);
    Suite suite =
        new Suite(null, metric, maxNewTokens, maxLength, limit, new DatasetForm(rows.word()));
    Measurement.Score score;
    try (InferenceOptions.Running running = inference.open(model)) {
      if (baseline == null) {
        score = measure(running, null, suite);
      } else {
        try (InferenceOptions.Running other = inference.open(baseline)) {
          score = measure(running, other.model(), suite);
        }
      }
    }
    if (json()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("metric", Measurement.key(metric));
      result.put("value", score.value());
      result.put("rows", score.rows());
      console().result(result);
    } else {
      console()
          .result(
              String.format(
                  Locale.ROOT,
                  "%s %.6f (%d rows)",
                  Measurement.key(metric),
                  score.value(),
                  score.rows()));
    }
    return 0;
  }

  private Measurement.Score measure(
      InferenceOptions.Running running, @Nullable LanguageModel other, Suite suite)
      throws InterruptedException {
    return new Measurement(
            running.text(),
            running.model(),
            other,
            clock.time(),
            running.longest(),
            console().progress(),
            () -> {})
        .measure(dataset.getFileName().toString(), dataset, suite);
  }
}
