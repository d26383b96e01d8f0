package io.ingot.train;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Golden data: the folder that the property golden.dir names, else the test resources. */
public final class GoldenSet {
  public static final ObjectMapper JSON = new ObjectMapper();

  private GoldenSet() {}

  /** One area, such as {@code chat}; the test is skipped where it is absent. */
  public static Path area(String name) {
    String outside = System.getProperty("golden.dir", "");
    Path root =
        outside.isEmpty()
            ? Path.of(System.getProperty("ingot.root"), "pipeline/src/test/resources/golden")
            : Path.of(outside);
    Path area = root.resolve(name);
    assumeTrue(Files.isDirectory(area), "no golden data at " + area);
    return area;
  }

  /** One JSON object per line; only a line feed ends a line. */
  public static List<JsonNode> lines(Path file) throws IOException {
    assumeTrue(Files.isRegularFile(file), "no golden data at " + file);
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readString(file).split("\n")) {
      if (!line.isBlank()) {
        rows.add(JSON.readTree(line));
      }
    }
    return rows;
  }

  public static List<Path> folders(Path area) throws IOException {
    try (Stream<Path> folders = Files.list(area)) {
      return folders.filter(Files::isDirectory).sorted().toList();
    }
  }

  public static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }
}
