package io.ingot.train.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads dataset files: JSON lines, a JSON list, CSV with a header, plain text (a row per line,
 * under {@code text}). What a {@code .json} file holds is told from its first character.
 */
public final class DatasetFile {
  private static final ObjectMapper LIST =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final ObjectMapper MAPPER =
      LIST.copy().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private DatasetFile() {}

  /**
   * All rows of a file, in its order.
   *
   * @throws IngotException naming file and line of what cannot be read, or when there is no row
   */
  public static List<SourceRow> read(Path file) {
    if (!Files.exists(file)) {
      throw IngotException.notFound("there is no dataset file " + file);
    }
    if (Files.isDirectory(file)) {
      throw IngotException.invalid(
          file + " is a folder; name one file of it (.jsonl, .json, .csv, .txt)");
    }
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".parquet") || name.endsWith(".arrow")) {
      throw IngotException.invalid(
          file
              + ": "
              + name.substring(name.lastIndexOf('.') + 1)
              + " files cannot be read; convert it to JSON lines (one JSON object per line)");
    }
    String text = text(file);
    List<SourceRow> rows =
        name.endsWith(".txt") || name.endsWith(".md")
            ? lines(text, file)
            : name.endsWith(".csv")
                ? Csv.rows(text, file, ',')
                : name.endsWith(".tsv")
                    ? Csv.rows(text, file, '\t')
                    : text.stripLeading().startsWith("[")
                        ? list(text, file)
                        : jsonLines(text, file);
    if (rows.isEmpty()) {
      throw IngotException.invalid(file + " has no rows");
    }
    return rows;
  }

  /** The content of a file, which must be UTF-8. */
  public static String text(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      int start =
          bytes.length >= 3
                  && bytes[0] == (byte) 0xef
                  && bytes[1] == (byte) 0xbb
                  && bytes[2] == (byte) 0xbf
              ? 3
              : 0;
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes, start, bytes.length - start))
          .toString();
    } catch (CharacterCodingException e) {
      throw IngotException.invalid(file + " is not UTF-8; convert it first");
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + file + ": " + e);
    }
  }

  /** As the text loader of the datasets library cuts: at line ends, the last one makes no row. */
  private static List<SourceRow> lines(String text, Path file) {
    List<SourceRow> rows = new ArrayList<>();
    int number = 1;
    for (int start = 0; start < text.length(); number++) {
      int end = text.indexOf('\n', start);
      int stop = end < 0 ? text.length() : end;
      int cut = stop > start && text.charAt(stop - 1) == '\r' ? stop - 1 : stop;
      ObjectNode row = JsonNodeFactory.instance.objectNode();
      row.put("text", text.substring(start, cut));
      rows.add(new SourceRow(row, file + ":" + number));
      start = stop + 1;
    }
    return rows;
  }

  private static List<SourceRow> jsonLines(String text, Path file) {
    List<SourceRow> rows = new ArrayList<>();
    int number = 1;
    for (int start = 0; start < text.length(); number++) {
      int end = text.indexOf('\n', start);
      int stop = end < 0 ? text.length() : end;
      String line = text.substring(start, stop);
      if (!line.isBlank()) {
        rows.add(object(line, file + ":" + number));
      }
      start = stop + 1;
    }
    return rows;
  }

  private static SourceRow object(String line, String place) {
    try {
      return row(MAPPER.readTree(line), place);
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(
          place
              + ":"
              + e.getLocation().getColumnNr()
              + ": no valid JSON: "
              + e.getOriginalMessage()
              + "; every line must be one complete JSON object");
    }
  }

  private static SourceRow row(JsonNode node, String place) {
    if (!node.isObject()) {
      throw IngotException.invalid(
          place + ": a row is " + SourceRow.kind(node) + "; expected a JSON object");
    }
    return new SourceRow(node, place);
  }

  private static List<SourceRow> list(String text, Path file) {
    List<SourceRow> rows = new ArrayList<>();
    try (JsonParser in = LIST.createParser(text)) {
      in.nextToken();
      while (in.nextToken() != JsonToken.END_ARRAY) {
        if (in.currentToken() == null) {
          throw IngotException.invalid(file + ": the list is not closed");
        }
        String place = file + ":" + in.currentTokenLocation().getLineNr();
        rows.add(row(LIST.readTree(in), place));
      }
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(
          file
              + ":"
              + e.getLocation().getLineNr()
              + ":"
              + e.getLocation().getColumnNr()
              + ": no valid JSON: "
              + e.getOriginalMessage());
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + file + ": " + e);
    }
    return rows;
  }
}
