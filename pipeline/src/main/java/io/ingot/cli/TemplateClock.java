package io.ingot.cli;

import io.ingot.error.IngotException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --now}: the time that chat templates see. */
final class TemplateClock {
  @Option(
      names = "--now",
      paramLabel = "TIME",
      description = "What strftime_now tells templates, e.g. 2026-08-24T10:20:30.")
  @Nullable String now;

  LocalDateTime time() {
    String text = now;
    if (text == null) {
      return LocalDateTime.now(ZoneId.systemDefault());
    }
    try {
      return text.matches(".*(Z|[-+]\\d\\d:\\d\\d)")
          ? OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()
          : LocalDateTime.parse(text);
    } catch (DateTimeParseException e) {
      throw IngotException.usage(
          "--now '" + text + "' is no time; expected for example 2026-08-24T10:20:30");
    }
  }
}
