package io.ingot.train.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import java.nio.file.Path;
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
   * What the first row of a file looks like.
   *
   * @throws IngotException naming its fields when they fit no format
   */
  public static RowFormat detect(Path file) {
    if (file.toString().endsWith(".txt")) {
      return TEXT;
    }
    SourceRow row = DatasetFile.read(file).getFirst();
    JsonNode fields = row.fields();
    if (fields.has("messages")) {
      return MESSAGES;
    }
    if (fields.has("conversations")) {
      return fields.path("conversations").path(0).has("from") ? SHAREGPT : MESSAGES;
    }
    if (fields.has("input_ids")) {
      return TOKENS;
    }
    if (fields.has("instruction") && fields.has("output")) {
      return ALPACA;
    }
    if (fields.has("chosen") && fields.has("rejected")) {
      return PREFERENCE;
    }
    if (fields.has("prompt") && fields.has("completion")) {
      return fields.has("label") ? KTO : PROMPT_COMPLETION;
    }
    if (fields.has("text")) {
      return TEXT;
    }
    throw IngotException.invalid(
        row.place()
            + ": the fields "
            + fields.propertyStream().map(e -> e.getKey()).toList()
            + " fit no format; name one of "
            + words());
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
            () -> IngotException.usage("unknown dataset format '" + word + "'; known: " + words()));
  }

  private static String words() {
    return Arrays.stream(values()).map(RowFormat::word).collect(Collectors.joining(", "));
  }
}
