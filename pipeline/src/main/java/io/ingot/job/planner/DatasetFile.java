package io.ingot.job.planner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.job.DatasetFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a look at a dataset file tells.
 *
 * @param rows lines that are not blank; 1 for a plain text file
 */
record DatasetFile(DatasetFormat format, long rows) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Counts the rows, and tells the format from the first row where it is not given.
   *
   * @throws IngotException INVALID for a file without rows, without UTF-8 or without a known format
   */
  static DatasetFile look(Path file, @Nullable DatasetFormat given, String name) {
    boolean lines = isLines(file);
    String first = null;
    long rows = 0;
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          first = first == null ? line : first;
          rows++;
        }
      }
    } catch (MalformedInputException e) {
      throw IngotException.invalid("dataset '" + name + "': " + file + " is not UTF-8 text");
    } catch (IOException e) {
      throw new IngotException(
          ErrorKind.FAILED,
          "dataset '" + name + "': cannot read " + file + ": " + e.getMessage(),
          e);
    }
    if (first == null) {
      throw IngotException.invalid("dataset '" + name + "': " + file + " is empty");
    }
    DatasetFormat format =
        given != null ? given : lines ? tell(first, file, name) : DatasetFormat.TEXT;
    return new DatasetFile(format, lines ? rows : 1);
  }

  private static boolean isLines(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".jsonl") || name.endsWith(".json") || name.endsWith(".ndjson");
  }

  private static DatasetFormat tell(String line, Path file, String name) {
    JsonNode row;
    try {
      row = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(
          "dataset '"
              + name
              + "': the first row of "
              + file
              + " is no JSON object; one row per"
              + " line is expected");
    }
    if (row.has("messages")) {
      return DatasetFormat.MESSAGES;
    } else if (row.has("conversations")) {
      return DatasetFormat.SHAREGPT;
    } else if (row.has("input_ids")) {
      return DatasetFormat.TOKENS;
    } else if (row.has("chosen") && row.has("rejected")) {
      return DatasetFormat.PREFERENCE;
    } else if (row.has("prompt") && row.has("completion")) {
      return row.has("label") ? DatasetFormat.KTO : DatasetFormat.PROMPT_COMPLETION;
    } else if (row.has("instruction") && row.has("output")) {
      return DatasetFormat.ALPACA;
    } else if (row.has("text")) {
      return DatasetFormat.TEXT;
    }
    throw IngotException.invalid(
        "dataset '"
            + name
            + "': the keys of the first row of "
            + file
            + " tell no format; name it"
            + " with 'format', one of "
            + String.join(
                ", ", List.of(DatasetFormat.values()).stream().map(DatasetFormat::word).toList()));
  }
}
