package io.ingot.cli;

import io.ingot.train.TokenRow;
import io.ingot.train.tokenizer.Tokenizer;

/** Tokens for a person to read: each one apart from the next, trained ones marked. */
final class TokenColors {
  private static final String RESET = "\u001b[0m";
  private static final String[] BACKGROUNDS = {"\u001b[48;5;24m", "\u001b[48;5;58m"};
  private static final String TRAINED = "\u001b[1;32m";
  private static final String MASKED = "\u001b[2m";

  private final boolean colors;

  private TokenColors(boolean colors) {
    this.colors = colors;
  }

  static TokenColors of(Console console) {
    return new TokenColors(console.colors());
  }

  /** One line: the text of each token, with its id where there are no colors. */
  String pieces(Tokenizer tokenizer, int[] ids) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < ids.length; i++) {
      String piece = visible(tokenizer.decode(new int[] {ids[i]}, false));
      if (colors) {
        out.append(BACKGROUNDS[i % 2]).append(piece).append(RESET);
      } else {
        out.append(i == 0 ? "" : " ").append(ids[i]).append(":[").append(piece).append(']');
      }
    }
    return out.toString();
  }

  /** The row as text; trained parts green, or in double angle brackets without colors. */
  String row(Tokenizer tokenizer, TokenRow row) {
    StringBuilder out = new StringBuilder();
    int start = 0;
    while (start < row.inputIds().length) {
      boolean trained = row.labels()[start] != TokenRow.IGNORED;
      int end = start;
      while (end < row.inputIds().length && (row.labels()[end] != TokenRow.IGNORED) == trained) {
        end++;
      }
      int[] part = java.util.Arrays.copyOfRange(row.inputIds(), start, end);
      String text = tokenizer.decode(part, false);
      if (colors) {
        out.append(trained ? TRAINED : MASKED).append(text).append(RESET);
      } else {
        out.append(trained ? "\u00ab" + text + "\u00bb" : text);
      }
      start = end;
    }
    return out.toString();
  }

  private static String visible(String text) {
    return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
  }
}
