package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.model.Model;
import io.ingot.step.ModelOpener;
import io.ingot.step.ModelSource;
import io.ingot.train.LanguageModel;
import io.ingot.train.Precision;
import io.ingot.train.TokenRow;
import io.ingot.train.data.TokensFormat;
import io.ingot.train.decoder.TorchLanguageModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot score MODEL --tokens FILE}. */
@Command(
    name = "score",
    description =
        "Prints the natural-log probability of every token given those before it, one JSON object"
            + " per row.")
final class ScoreCommand extends IngotCommand {
  @Parameters(paramLabel = "MODEL", description = "A model folder, an adapter, or a GGUF file.")
  Path model = Path.of("");

  @Option(names = "--base", paramLabel = "DIR", description = "The base of an adapter.")
  @Nullable Path base;

  @Option(
      names = "--tokens",
      required = true,
      paramLabel = "FILE",
      description = "JSONL of {\"input_ids\": [...]}.")
  Path tokens = Path.of("");

  @Option(
      names = "--precision",
      defaultValue = "fp32",
      description = "fp32 or bf16 (default: ${DEFAULT-VALUE}).")
  Precision precision = Precision.FP32;

  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "auto, cpu, gpu or gpu:N (default: ${DEFAULT-VALUE}).")
  String device = "auto";

  @Override
  public Integer call() {
    List<int[]> rows = TokensFormat.read(tokens).stream().map(TokenRow::inputIds).toList();
    List<Map<String, List<@Nullable Float>>> results;
    try (Model opened = ModelOpener.open(ModelSource.of(model, base));
        LanguageModel language = TorchLanguageModel.load(opened, precision, device)) {
      results = language.score(rows).stream().map(s -> Map.of("logprobs", numbers(s))).toList();
    }
    if (json()) {
      console().result(Map.of("rows", results));
    } else {
      results.forEach(r -> console().result(r));
    }
    return 0;
  }

  /** The first token has no probability: null. */
  private static List<@Nullable Float> numbers(float[] scores) {
    List<@Nullable Float> numbers = new ArrayList<>(scores.length);
    for (float score : scores) {
      numbers.add(Float.isNaN(score) && numbers.isEmpty() ? null : score);
    }
    if (numbers.stream().skip(1).anyMatch(n -> n == null || !Float.isFinite(n))) {
      throw IngotException.failed("the model gives probabilities that are no numbers");
    }
    return numbers;
  }
}
