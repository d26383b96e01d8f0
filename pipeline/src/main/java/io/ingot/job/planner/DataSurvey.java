package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.hub.Hub;
import io.ingot.hub.RepoInfo;
import io.ingot.job.DatasetFormat;
import io.ingot.job.StepKind;
import io.ingot.job.StepSpec;
import io.ingot.step.Parameters;
import io.ingot.train.data.Dataset;
import io.ingot.train.data.DatasetLoader;
import io.ingot.train.data.DatasetOptions;
import io.ingot.train.data.DatasetStatistics;
import io.ingot.train.data.LossOn;
import io.ingot.train.data.RowFormat;
import io.ingot.train.data.TooLong;
import io.ingot.train.tokenizer.StopTokens;
import io.ingot.train.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a finetune step will be fed, counted by the very code that feeds it.
 *
 * @param step name of the step
 * @param dataset name of its dataset
 * @param warnings of the data doctor
 */
public record DataSurvey(
    String step, String dataset, DatasetStatistics statistics, List<String> warnings) {
  private static final List<String> TEXT_FILES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "tokenizer.model",
          "chat_template.jinja",
          "generation_config.json");

  /** Takes what a step will be fed, while its tokenizer is open. */
  @FunctionalInterface
  public interface Reader {
    void read(String step, String dataset, Dataset rows, Tokenizer tokenizer);
  }

  /**
   * Surveys of all finetune steps that learn from rows of tokens; preferences are left out. The
   * tokenizer's files are downloaded for it.
   *
   * @throws io.ingot.error.IngotException naming the row that cannot be used
   */
  public static List<DataSurvey> of(Plan plan, Hub hub) {
    List<DataSurvey> surveys = new ArrayList<>();
    read(
        plan,
        hub,
        (step, dataset, rows, tokenizer) ->
            surveys.add(new DataSurvey(step, dataset, rows.statistics(), rows.warnings())));
    return surveys;
  }

  /** The rows of all finetune steps, one step after the other. */
  public static void read(Plan plan, Hub hub, Reader reader) {
    LocalDateTime clock =
        LocalDateTime.ofInstant(
            Instant.parse(Parameters.parse(plan.run().lockJson()).get("clock").asText()),
            ZoneOffset.UTC);
    Roots roots = new Roots(plan.job(), plan.models());
    for (StepSpec step : plan.job().steps().values()) {
      if (step.kind() == StepKind.FINETUNE) {
        PinnedDataset data = plan.datasets().get(step.body().get("dataset").asText());
        Path folder = textFolder(roots.of(step.body().get("model").asText()), hub);
        if (data != null
            && data.format() != DatasetFormat.PREFERENCE
            && data.format() != DatasetFormat.KTO
            && Files.exists(folder.resolve("tokenizer.json"))) {
          read(step, data, folder, clock, reader);
        }
      }
    }
  }

  private static void read(
      StepSpec step, PinnedDataset data, Path folder, LocalDateTime clock, Reader reader) {
    JsonNode train = step.body().get("train");
    Optional<LossOn> loss =
        Optional.ofNullable(train.path("loss_on").textValue())
            .map(word -> LossOn.valueOf(word.toUpperCase(Locale.ROOT)));
    DatasetOptions options =
        new DatasetOptions(
            RowFormat.parse(data.format().word()),
            loss,
            train.get("max_length").asInt(),
            TooLong.valueOf(train.get("too_long").asText().toUpperCase(Locale.ROOT)));
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      DatasetLoader loader =
          new DatasetLoader(tokenizer, folder.toString(), clock, StopTokens.of(folder, tokenizer));
      reader.read(step.name(), data.name(), loader.load(data.file(), options), tokenizer);
    }
  }

  private static Path textFolder(PinnedModel model, Hub hub) {
    if (model.folder().isPresent()) {
      return model.folder().get();
    }
    RepoInfo repo = model.repo().orElseThrow();
    for (String file : TEXT_FILES) {
      if (model.sizes().containsKey(file)) {
        hub.file(repo, file);
      }
    }
    Path config = hub.file(repo, "config.json").orElseThrow();
    return config.resolveSibling("");
  }

  /** One line for a person. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%s: %d of %d rows, %d tokens, %.0f %% masked, longest %d (95 %% <= %d), %d truncated,"
            + " %d dropped%s",
        dataset,
        statistics.kept(),
        statistics.read(),
        statistics.tokens(),
        100 * statistics.maskedShare(),
        statistics.longest(),
        statistics.length95(),
        statistics.truncated(),
        statistics.dropped(),
        Double.isNaN(statistics.packingEfficiency())
            ? ""
            : String.format(
                Locale.ROOT, ", packing fills %.0f %%", 100 * statistics.packingEfficiency()));
  }
}
