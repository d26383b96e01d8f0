package io.ingot;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** Where the golden data lies: {@code -Dgolden.dir}, else the subset among the test resources. */
public final class GoldenData {
  private GoldenData() {}

  public static Path root() {
    String property = System.getProperty("golden.dir", "");
    if (!property.isBlank()) {
      return Path.of(property);
    }
    URL golden = GoldenData.class.getResource("/golden");
    try {
      return golden == null ? Path.of("golden") : Path.of(golden.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
