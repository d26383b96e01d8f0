package io.ingot.train.data;

import io.ingot.error.IngotException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a row of a dataset is written. */
public enum RowFormat {
  MESSAGES,
  SHAREGPT,
  ALPACA,
  PROMPT_COMPLETION,
  TEXT,
  PREFERENCE,
  KTO,
  TOKENS;

  /** The word in job files, such as {@code prompt-completion}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What is trained unless the user says otherwise. */
  public LossOn defaultLoss() {
    return switch (this) {
      case MESSAGES, SHAREGPT -> LossOn.ASSISTANT;
      case ALPACA, PROMPT_COMPLETION, PREFERENCE, KTO -> LossOn.COMPLETION;
      case TEXT, TOKENS -> LossOn.ALL;
    };
  }

  /**
   * The format of a word.
   *
   * @throws IngotException naming the known ones
   */
  public static RowFormat parse(String word) {
    return Arrays.stream(values())
        .filter(f -> f.word().equals(word.replace('_', '-')))
        .findFirst()
        .orElseThrow(
            () ->
                IngotException.usage(
                    "unknown dataset format '"
                        + word
                        + "'; known: "
                        + Arrays.stream(values())
                            .map(RowFormat::word)
                            .collect(Collectors.joining(", "))));
  }
}
