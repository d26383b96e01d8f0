package io.ingot.step.finetune;

import io.ingot.error.IngotException;
import io.ingot.model.Model;
import io.ingot.step.DatasetForm;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.train.TokenRow;
import io.ingot.train.data.Dataset;
import io.ingot.train.data.DatasetLoader;
import io.ingot.train.data.DatasetOptions;
import io.ingot.train.data.LossOn;
import io.ingot.train.data.RowFormat;
import io.ingot.train.data.TooLong;
import io.ingot.train.decoder.DecoderShape;
import io.ingot.train.tokenizer.StopTokens;
import io.ingot.train.tokenizer.Tokenizer;
import io.ingot.train.trainer.Packing;
import io.ingot.train.trainer.TokenBatch;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/**
 * The rows of a training, as long as they may be.
 *
 * @param dropped rows left out, for their length or because nothing of them is trained
 */
record TrainingRows(List<TokenRow> rows, List<TokenBatch> validation, int dropped) {
  /** Reads the dataset and the validation dataset of a step. */
  static TrainingRows read(StepContext context, FinetuneParameters parameters, Model model) {
    Dataset dataset =
        load(context.input("dataset"), parameters.dataset().format(), parameters, model);
    dataset.warnings().forEach(warning -> context.progress().note("dataset: " + warning));
    StepInput held = context.inputs().get("validation");
    DatasetForm form = parameters.validation();
    List<TokenBatch> validation =
        held == null || form == null
            ? List.of()
            : single(load(held, form.format(), parameters, model).rows());
    return new TrainingRows(dataset.rows(), validation, dataset.statistics().dropped());
  }

  private static Dataset load(
      StepInput input, String format, FinetuneParameters parameters, Model model) {
    Train train = parameters.train();
    DatasetOptions options =
        new DatasetOptions(
            RowFormat.parse(format),
            Optional.ofNullable(train.lossOn()).map(loss -> LossOn.valueOf(loss.name())),
            train.maxLength(),
            TooLong.valueOf(train.tooLong().name()));
    if (options.format() == RowFormat.TOKENS) {
      return DatasetLoader.loadTokens(input.path(), options);
    }
    Path folder =
        model
            .folder()
            .orElseThrow(
                () ->
                    IngotException.invalid(
                        "a GGUF file cannot be trained; name the model it was made of"));
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      return new DatasetLoader(
              tokenizer, folder.toString(), clock(parameters), StopTokens.of(folder, tokenizer))
          .load(input.path(), options);
    }
  }

  /** Only templates that ask for the time get one that the lock fixed; the others never look. */
  private static LocalDateTime clock(FinetuneParameters parameters) {
    String clock = parameters.clock();
    Instant instant = clock == null ? Instant.EPOCH : Instant.parse(clock);
    return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
  }

  /** What the plan numbers: rows, or packs of rows. */
  List<TokenBatch> units(Train train) {
    return train.packing() ? Packing.bestFitDecreasing(rows, train.maxLength()) : single(rows);
  }

  private static List<TokenBatch> single(List<TokenRow> rows) {
    return rows.stream().map(r -> new TokenBatch(List.of(r))).toList();
  }

  /** Every token and every trained label must be of the vocabulary. */
  void check(DecoderShape shape) {
    for (int i = 0; i < rows.size(); i++) {
      TokenRow row = rows.get(i);
      for (int j = 0; j < row.inputIds().length; j++) {
        check(row.inputIds()[j], shape, i);
        if (row.labels()[j] != TokenRow.IGNORED) {
          check(row.labels()[j], shape, i);
        }
      }
    }
  }

  private static void check(int token, DecoderShape shape, int row) {
    if (token < 0 || token >= shape.vocabulary()) {
      throw IngotException.invalid(
          "row %d of the dataset holds the token %d, but the vocabulary has %d tokens"
              .formatted(row + 1, token, shape.vocabulary()));
    }
  }
}
