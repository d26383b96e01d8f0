package io.ingot.cli;

import io.ingot.step.ModelText;
import io.ingot.train.data.Dataset;
import io.ingot.train.data.DatasetLoader;
import io.ingot.train.data.DatasetOptions;
import io.ingot.train.data.LossOn;
import io.ingot.train.data.RowFormat;
import io.ingot.train.data.TooLong;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what the trainer is fed. */
@Command(
    name = "rows",
    description = "Print the tokens and labels of every row as JSON lines, in order of the file.")
final class DataRowsCommand extends IngotCommand {
  @Parameters(index = "0", paramLabel = "FILE", description = "Dataset file.")
  Path file;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "F",
      description =
          "messages, sharegpt, alpaca, prompt-completion, text, preference, kto or tokens.")
  String format;

  @Option(
      names = "--tokenizer",
      required = true,
      paramLabel = "DIR",
      description = "Folder with the tokenizer and its chat template.")
  Path tokenizerFolder;

  @Option(names = "--loss-on", description = "assistant, completion or all.")
  @Nullable LossOn lossOn;

  @Option(names = "--max-length", paramLabel = "N", description = "Longest row in tokens.")
  int maxLength;

  @Option(
      names = "--too-long",
      defaultValue = "drop",
      description = "What happens to longer rows: drop, truncate or fail.")
  TooLong tooLong;

  @Mixin TemplateClock clock = new TemplateClock();

  @Override
  public Integer call() {
    RowFormat rows = RowFormat.parse(format);
    try (ModelText text = ModelText.open(tokenizerFolder)) {
      DatasetLoader loader =
          new DatasetLoader(text.tokenizer(), text.place(), clock.time(), text.stops());
      switch (rows) {
        case PREFERENCE -> loader.loadPreferences(file).forEach(r -> print(preference(r)));
        case KTO -> loader.loadJudged(file).forEach(r -> print(judged(r)));
        default -> {
          Dataset dataset =
              loader.load(
                  file, new DatasetOptions(rows, Optional.ofNullable(lossOn), maxLength, tooLong));
          dataset.warnings().forEach(console()::warn);
          dataset.rows().forEach(r -> print(map("input_ids", r.inputIds(), "labels", r.labels())));
        }
      }
    }
    return 0;
  }

  private static Map<String, Object> preference(io.ingot.train.data.PreferenceRow row) {
    Map<String, Object> map = map("prompt_ids", row.promptIds(), "chosen_ids", row.chosenIds());
    map.put("rejected_ids", row.rejectedIds());
    return map;
  }

  private static Map<String, Object> judged(io.ingot.train.data.JudgedRow row) {
    Map<String, Object> map =
        map("prompt_ids", row.promptIds(), "completion_ids", row.completionIds());
    map.put("label", row.desirable());
    return map;
  }

  private static Map<String, Object> map(String first, Object a, String second, Object b) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(first, a);
    map.put(second, b);
    return map;
  }

  private void print(Map<String, Object> row) {
    console().result(JsonLines.line(row));
  }
}
