package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.job.HubSession;
import io.ingot.job.JobReader;
import io.ingot.job.JobSpec;
import io.ingot.job.planner.DataSurvey;
import io.ingot.job.planner.JobCheck;
import io.ingot.job.planner.PastRuns;
import io.ingot.job.planner.Plan;
import io.ingot.job.planner.Planner;
import io.ingot.step.ModelText;
import io.ingot.train.TokenRow;
import io.ingot.train.data.Dataset;
import io.ingot.train.data.DatasetLoader;
import io.ingot.train.data.DatasetOptions;
import io.ingot.train.data.DatasetStatistics;
import io.ingot.train.data.LossOn;
import io.ingot.train.data.RowFormat;
import io.ingot.train.data.TooLong;
import io.ingot.train.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot data inspect JOB|FILE}. */
@Command(
    name = "inspect",
    description =
        "Shows rows as the model will see them, trained parts marked, with figures and warnings.")
final class DataInspectCommand extends IngotCommand {
  @Parameters(paramLabel = "JOB|FILE", description = "Job file, or dataset file.")
  Path file = Path.of("");

  @Option(names = "--n", defaultValue = "3", description = "Rows to show (default: 3).")
  int count = 3;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description = "Tokenizer and chat template for a dataset file.")
  @Nullable Path tokenizer;

  @Option(
      names = "--format",
      paramLabel = "F",
      description = "How a row is written (default: told from the first row).")
  @Nullable String format;

  @Option(names = "--loss-on", description = "assistant, completion or all.")
  @Nullable LossOn lossOn;

  @Option(names = "--max-length", paramLabel = "N", description = "Longest row in tokens.")
  int maxLength;

  @Option(
      names = "--too-long",
      defaultValue = "drop",
      description = "What happens to longer rows: drop, truncate or fail.")
  TooLong tooLong = TooLong.DROP;

  @Mixin SetOption overrides = new SetOption();
  @Mixin TemplateClock clock = new TemplateClock();

  private final List<Map<String, Object>> documents = new ArrayList<>();

  @Override
  public Integer call() {
    String name = file.toString();
    if (name.endsWith(".yaml") || name.endsWith(".yml")) {
      inspectJob();
    } else {
      inspectFile();
    }
    if (json()) {
      console().result(JsonLines.line(Map.of("datasets", documents)));
    }
    return 0;
  }

  private void inspectJob() {
    JobSpec job = JobCheck.read(JobReader.now(environment()), file, overrides.values);
    try (HubSession hub = HubSession.toRead(job, home(), environment())) {
      Plan plan = Planner.installed(hub.hub(), PastRuns.NONE, Version.current()).plan(job);
      DataSurvey.read(
          plan,
          hub.hub(),
          (step, dataset, rows, opened) -> show(step + " learns " + dataset, rows, opened));
    }
  }

  private void inspectFile() {
    if (tokenizer == null) {
      throw IngotException.usage("a dataset file needs --tokenizer DIR");
    }
    RowFormat rows = format == null ? RowFormat.detect(file) : RowFormat.parse(format);
    DatasetOptions options =
        new DatasetOptions(rows, Optional.ofNullable(lossOn), maxLength, tooLong);
    try (ModelText text = ModelText.open(tokenizer)) {
      Dataset dataset =
          new DatasetLoader(text.tokenizer(), text.place(), clock.time(), text.stops())
              .load(file, options);
      show(file.toString(), dataset, text.tokenizer());
    }
  }

  private void show(String title, Dataset dataset, Tokenizer opened) {
    List<TokenRow> some = dataset.rows().subList(0, Math.min(count, dataset.rows().size()));
    if (json()) {
      documents.add(document(title, dataset, some, opened));
      return;
    }
    TokenColors colors = TokenColors.of(console());
    for (int i = 0; i < some.size(); i++) {
      console().result("--- " + dataset.places().get(i) + ", " + size(some.get(i)));
      console().result(colors.row(opened, some.get(i)));
    }
    console().result(title + ": " + figures(dataset.statistics()));
    dataset.warnings().forEach(console()::warn);
  }

  private static String size(TokenRow row) {
    long trained = 0;
    for (int label : row.labels()) {
      trained += label == TokenRow.IGNORED ? 0 : 1;
    }
    return row.inputIds().length + " tokens, " + trained + " trained";
  }

  private static String figures(DatasetStatistics s) {
    return String.format(
        Locale.ROOT,
        "%d of %d rows, %d tokens, %d trained (%.1f %% masked), longest %d, 95 %% of the rows have"
            + " at most %d, %d truncated, %d left out%s",
        s.kept(),
        s.read(),
        s.tokens(),
        s.trained(),
        100 * s.maskedShare(),
        s.longest(),
        s.length95(),
        s.truncated(),
        s.dropped(),
        Double.isNaN(s.packingEfficiency())
            ? ""
            : String.format(Locale.ROOT, ", packing fills %.0f %%", 100 * s.packingEfficiency()));
  }

  private static Map<String, Object> document(
      String title, Dataset dataset, List<TokenRow> some, Tokenizer opened) {
    DatasetStatistics s = dataset.statistics();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", title);
    document.put("read", s.read());
    document.put("kept", s.kept());
    document.put("dropped", s.dropped());
    document.put("truncated", s.truncated());
    document.put("tokens", s.tokens());
    document.put("trained", s.trained());
    document.put("longest", s.longest());
    document.put("warnings", dataset.warnings());
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < some.size(); i++) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("place", dataset.places().get(i));
      row.put("text", opened.decode(some.get(i).inputIds(), false));
      row.put("input_ids", some.get(i).inputIds());
      row.put("labels", some.get(i).labels());
      rows.add(row);
    }
    document.put("rows", rows);
    return document;
  }
}
