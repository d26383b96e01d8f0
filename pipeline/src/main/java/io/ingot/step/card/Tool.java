package io.ingot.step.card;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build. */
final class Tool {
  private Tool() {}

  static String version() {
    try (InputStream in = Tool.class.getResourceAsStream("/ingot.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String name() {
    return "Ingot " + version();
  }
}
