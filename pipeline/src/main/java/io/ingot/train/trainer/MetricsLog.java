package io.ingot.train.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code metrics.jsonl}: one object per optimizer step, and one per validation. */
final class MetricsLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  /** Keeps the lines up to {@code step} of an earlier attempt; those after it are made again. */
  MetricsLog(Path file, int step) throws IOException {
    this.file = file;
    List<String> kept = new ArrayList<>();
    if (step > 0 && Files.isRegularFile(file)) {
      for (String line : Files.readAllLines(file)) {
        JsonNode node = complete(line);
        if (node != null && node.path("step").asInt(Integer.MAX_VALUE) <= step) {
          kept.add(line);
        }
      }
    }
    Path aside = file.resolveSibling(file.getFileName() + ".partial");
    Files.write(aside, kept);
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** A line that was cut off by a crash is no JSON. */
  private static @Nullable JsonNode complete(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  void add(Map<String, Object> values) throws IOException {
    byte[] line = (JSON.writeValueAsString(values) + "\n").getBytes(StandardCharsets.UTF_8);
    Files.write(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
