package io.ingot.train.data;

import io.ingot.train.TokenRow;
import io.ingot.train.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** Finds what spoils a training without failing it. */
final class DataDoctor {
  private final Tokenizer tokenizer;
  private final Set<Integer> endOfTurn;

  DataDoctor(Tokenizer tokenizer, Set<Integer> endOfTurn) {
    this.tokenizer = tokenizer;
    this.endOfTurn = endOfTurn;
  }

  List<String> examine(Dataset dataset, LossOn lossOn) {
    List<String> warnings = new ArrayList<>();
    doubleBos(dataset, warnings);
    if (lossOn != LossOn.ALL && !endOfTurn.isEmpty()) {
      openTurns(dataset, warnings);
    }
    return warnings;
  }

  private void doubleBos(Dataset dataset, List<String> warnings) {
    OptionalInt bos = tokenizer.bos();
    if (bos.isEmpty()) {
      return;
    }
    for (int i = 0; i < dataset.rows().size(); i++) {
      int[] ids = dataset.rows().get(i).inputIds();
      if (ids.length > 1 && ids[0] == bos.getAsInt() && ids[1] == bos.getAsInt()) {
        warnings.add(
            dataset.places().get(i)
                + ": the row begins with two "
                + tokenizer.specialTokens().get("bos_token")
                + "; the text brings one and the tokenizer adds another. Remove it from the text,"
                + " or use a chat format");
        return;
      }
    }
  }

  /** The last trained token of a row must be one at which generation stops. */
  private void openTurns(Dataset dataset, List<String> warnings) {
    int open = 0;
    int first = -1;
    for (int i = 0; i < dataset.rows().size(); i++) {
      TokenRow row = dataset.rows().get(i);
      int last = lastTrained(row);
      if (last >= 0 && !endOfTurn.contains(row.labels()[last])) {
        open++;
        first = first < 0 ? i : first;
      }
    }
    if (open > 0) {
      TokenRow row = dataset.rows().get(first);
      int token = row.labels()[lastTrained(row)];
      warnings.add(
          open
              + " of "
              + dataset.rows().size()
              + " rows do not train the end of the turn: the last trained token of "
              + dataset.places().get(first)
              + " is "
              + token
              + " ("
              + shown(token)
              + "), expected one of "
              + expected()
              + ". The model may never stop. Use a chat template that closes turns with that"
              + " token, or set eos_token and generation_config.json to the token that it uses");
    }
  }

  /** White space behind the end of the turn does no harm. */
  private int lastTrained(TokenRow row) {
    for (int i = row.labels().length - 1; i >= 0; i--) {
      if (row.labels()[i] != TokenRow.IGNORED
          && !tokenizer.decode(new int[] {row.labels()[i]}, false).isBlank()) {
        return i;
      }
    }
    return -1;
  }

  private String expected() {
    return endOfTurn.stream().sorted().map(id -> id + " (" + shown(id) + ")").toList().toString();
  }

  private String shown(int token) {
    return tokenizer.decode(new int[] {token}, false).replace("\n", "\\n");
  }
}
