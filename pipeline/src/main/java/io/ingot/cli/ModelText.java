package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.train.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** The text side of a model that a command names. */
final class ModelText {
  private ModelText() {}

  /** The tokenizer of a folder or a GGUF file. The caller closes it. */
  static Tokenizer tokenizer(Path model) {
    if (!Files.exists(model)) {
      throw IngotException.notFound("there is no model " + model);
    }
    return Tokenizer.load(model);
  }

  /** The time that templates see. */
  static LocalDateTime clock(@Nullable String now) {
    if (now == null) {
      return LocalDateTime.now(java.time.ZoneId.systemDefault());
    }
    try {
      return LocalDateTime.parse(now.endsWith("Z") ? now.substring(0, now.length() - 1) : now);
    } catch (DateTimeParseException e) {
      throw IngotException.usage(
          "--now '" + now + "' is no time; expected for example 2026-08-24T10:20:30");
    }
  }
}
