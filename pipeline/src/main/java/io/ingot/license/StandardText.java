package io.ingot.license;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Texts of licenses that are the same for everybody and may be copied from us. */
public final class StandardText {
  private StandardText() {}

  /** The verbatim text; empty where it holds a copyright line, or where we have none. */
  public static Optional<String> of(License license) {
    if (!license.id().equals("apache-2.0")) {
      return Optional.empty();
    }
    // Our own license is the one that most models carry.
    try (InputStream in = StandardText.class.getResourceAsStream("/licenses/texts/LICENSE")) {
      if (in == null) {
        throw new IllegalStateException("the license text is missing from the class path");
      }
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
