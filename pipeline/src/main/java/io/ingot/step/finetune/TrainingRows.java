package io.ingot.step.finetune;

import io.ingot.error.IngotException;
import io.ingot.model.Model;
import io.ingot.step.DatasetForm;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.train.TokenRow;
import io.ingot.train.data.TokensFormat;
import io.ingot.train.decoder.DecoderShape;
import io.ingot.train.trainer.Packing;
import io.ingot.train.trainer.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a training, as long as they may be.
 *
 * @param dropped rows left out for their length
 */
record TrainingRows(List<TokenRow> rows, List<TokenBatch> validation, int dropped) {
  /** Reads the dataset and the validation dataset of a step. */
  static TrainingRows read(StepContext context, FinetuneParameters parameters, Model model) {
    List<TokenRow> all = load(context.input("dataset"), parameters.dataset(), parameters, model);
    List<TokenRow> rows = fit(all, parameters.train(), context.input("dataset"));
    int dropped = all.size() - rows.size();
    if (dropped > 0) {
      context
          .progress()
          .note(
              "%d of %d rows are longer than %d tokens and left out (train.max_length)"
                  .formatted(dropped, all.size(), parameters.train().maxLength()));
    }
    if (rows.stream().mapToLong(r -> new TokenBatch(List.of(r)).trained()).sum() == 0) {
      throw IngotException.invalid(
          context.input("dataset").path()
              + ": no token of any row is trained; every label is masked. Look at the rows with"
              + " 'ingot data inspect', or set train.loss_on: all");
    }
    StepInput held = context.inputs().get("validation");
    DatasetForm form = parameters.validation();
    List<TokenBatch> validation = List.of();
    if (held != null && form != null) {
      validation =
          fit(load(held, form, parameters, model), parameters.train(), held).stream()
              .map(r -> new TokenBatch(List.of(r)))
              .toList();
    }
    return new TrainingRows(rows, validation, dropped);
  }

  private static List<TokenRow> load(
      StepInput input, @Nullable DatasetForm form, FinetuneParameters parameters, Model model) {
    String format = form == null ? "tokens" : form.format();
    if (format.equals("tokens")) {
      return TokensFormat.read(input.path());
    }
    throw IngotException.invalid("dataset format " + format + " cannot be read here");
  }

  /** Rows no longer than the limit, by the user's rule for the others. */
  private static List<TokenRow> fit(List<TokenRow> rows, Train train, StepInput input) {
    int limit = train.maxLength();
    List<TokenRow> fitting = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      TokenRow row = rows.get(i);
      if (row.inputIds().length <= limit) {
        fitting.add(row);
        continue;
      }
      switch (train.tooLong()) {
        case DROP -> {}
        case TRUNCATE ->
            fitting.add(
                new TokenRow(
                    Arrays.copyOf(row.inputIds(), limit), Arrays.copyOf(row.labels(), limit)));
        case FAIL ->
            throw IngotException.invalid(
                "%s: row %d has %d tokens, more than train.max_length %d; raise it, or set"
                        .formatted(input.path(), i + 1, row.inputIds().length, limit)
                    + " train.too_long to drop or truncate");
      }
    }
    if (fitting.isEmpty()) {
      throw IngotException.invalid(
          "%s: all %d rows are longer than train.max_length %d; raise it, or set train.too_long:"
                  .formatted(input.path(), rows.size(), limit)
              + " truncate");
    }
    return fitting;
  }

  /** What the plan numbers: rows, or packs of rows. */
  List<TokenBatch> units(Train train) {
    return train.packing()
        ? Packing.bestFitDecreasing(rows, train.maxLength())
        : rows.stream().map(r -> new TokenBatch(List.of(r))).toList();
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
