package io.ingot.train.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Comma-separated values with a header (RFC 4180): quotes are doubled inside of quotes, quoted
 * fields may hold line breaks. A field that is a JSON list or object becomes one.
 */
final class Csv {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final String text;
  private final Path file;
  private final char separator;
  private int at;
  private int line = 1;

  private Csv(String text, Path file, char separator) {
    this.text = text;
    this.file = file;
    this.separator = separator;
  }

  static List<SourceRow> rows(String text, Path file, char separator) {
    Csv csv = new Csv(text, file, separator);
    List<String> header = csv.at < text.length() ? csv.record() : List.of();
    List<SourceRow> rows = new ArrayList<>();
    while (csv.at < text.length()) {
      int first = csv.line;
      List<String> fields = csv.record();
      if (fields.size() == 1 && fields.getFirst().isBlank()) {
        continue;
      }
      if (fields.size() != header.size()) {
        throw IngotException.invalid(
            file
                + ":"
                + first
                + ": the row has "
                + fields.size()
                + " fields; the header has "
                + header.size()
                + ": "
                + header);
      }
      ObjectNode row = JsonNodeFactory.instance.objectNode();
      for (int i = 0; i < header.size(); i++) {
        row.set(header.get(i), value(fields.get(i)));
      }
      rows.add(new SourceRow(row, file + ":" + first));
    }
    return rows;
  }

  private static JsonNode value(String field) {
    String trimmed = field.strip();
    if (trimmed.startsWith("[{") && trimmed.endsWith("]")) {
      try {
        return MAPPER.readTree(trimmed);
      } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
        return JsonNodeFactory.instance.textNode(field);
      }
    }
    return JsonNodeFactory.instance.textNode(field);
  }

  private List<String> record() {
    List<String> fields = new ArrayList<>();
    while (true) {
      fields.add(at < text.length() && text.charAt(at) == '"' ? quoted() : plain());
      if (at >= text.length()) {
        return fields;
      }
      char c = text.charAt(at++);
      if (c == separator) {
        continue;
      }
      if (c == '\r' && at < text.length() && text.charAt(at) == '\n') {
        at++;
      }
      line++;
      return fields;
    }
  }

  private String plain() {
    int start = at;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == separator || c == '\n' || c == '\r') {
        break;
      }
      at++;
    }
    return text.substring(start, at);
  }

  private String quoted() {
    int firstLine = line;
    StringBuilder field = new StringBuilder();
    at++;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c != '"') {
        line += c == '\n' ? 1 : 0;
        field.append(c);
      } else if (at < text.length() && text.charAt(at) == '"') {
        field.append(c);
        at++;
      } else {
        return field.append(plain()).toString();
      }
    }
    throw IngotException.invalid(file + ":" + firstLine + ": a quoted field is not closed");
  }
}
