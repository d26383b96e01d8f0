package io.ingot.train.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.train.TokenRow;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are tokens already: JSONL of {@code {"input_ids": [...], "labels": [...]}}, used as
 * they are, in the order of the file. Labels are not shifted; -100 is not trained; without labels
 * every token is.
 */
public final class TokensFormat {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TokensFormat() {}

  /**
   * Reads a file.
   *
   * @throws IngotException naming file and line of what is wrong
   */
  public static List<TokenRow> read(Path file) {
    List<TokenRow> rows = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      String line;
      for (int number = 1; (line = reader.readLine()) != null; number++) {
        if (!line.isBlank()) {
          rows.add(row(line, file + ":" + number));
        }
      }
    } catch (NoSuchFileException e) {
      throw IngotException.notFound(file + " does not exist");
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + file + ": " + e.getMessage());
    }
    if (rows.isEmpty()) {
      throw IngotException.invalid(file + " has no rows");
    }
    return rows;
  }

  private static TokenRow row(String line, String place) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(place + ": no JSON: " + e.getOriginalMessage());
    }
    int[] ids = ints(node.get("input_ids"), place, "input_ids");
    if (ids.length == 0) {
      throw IngotException.invalid(place + ": input_ids is empty");
    }
    int[] labels = node.has("labels") ? ints(node.get("labels"), place, "labels") : ids.clone();
    if (labels.length != ids.length) {
      throw IngotException.invalid(
          "%s: %d input_ids but %d labels".formatted(place, ids.length, labels.length));
    }
    return new TokenRow(ids, labels);
  }

  private static int[] ints(@Nullable JsonNode list, String place, String key) {
    if (list == null || !list.isArray()) {
      throw IngotException.invalid(place + ": " + key + " is no list of numbers");
    }
    int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = list.get(i);
      if (!value.isInt()) {
        throw IngotException.invalid(
            "%s: %s[%d] is %s; expected a whole number".formatted(place, key, i, value));
      }
      values[i] = value.intValue();
    }
    return values;
  }
}
