package io.ingot.step.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An evaluation.json as a table for people: models down, suites across, then the best member of
 * each matrix, then the gates. Behind a score stands {@code *} where no member of its matrix is
 * better.
 */
public final class EvaluationTable {
  private final List<List<String>> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private EvaluationTable() {}

  /** Reads leniently: what is missing leaves a cell empty. */
  public static EvaluationTable of(JsonNode evaluation) {
    EvaluationTable table = new EvaluationTable();
    Map<String, String[]> columns = columns(evaluation);
    BestMembers best = BestMembers.of(evaluation);
    List<String> head = new ArrayList<>(List.of("model"));
    head.addAll(columns.keySet());
    head.add("bytes");
    table.rows.add(head);
    for (JsonNode model : evaluation.path("models")) {
      List<String> row = new ArrayList<>(List.of(model.path("name").asText()));
      for (String[] column : columns.values()) {
        JsonNode value = model.path("scores").path(column[0]).path(column[1]);
        String mark = best.mark(column[0], model.path("name").asText());
        row.add(value.isNumber() ? number(value.doubleValue()) + mark : "");
      }
      JsonNode bytes = model.path("bytes");
      row.add(bytes.isNumber() ? String.format(Locale.ROOT, "%,d", bytes.longValue()) : "");
      table.rows.add(row);
    }
    table.notes.addAll(best.lines());
    for (JsonNode gate : evaluation.path("gates")) {
      JsonNode value = gate.path("value");
      table.notes.add(
          (gate.path("passed").asBoolean() ? "passed  " : "FAILED  ")
              + gate.path("expression").asText()
              + (value.isNumber()
                  ? "  (" + number(value.doubleValue()) + ")"
                  : "  (not measured)"));
    }
    return table;
  }

  /** Column head to suite and metric. */
  private static Map<String, String[]> columns(JsonNode evaluation) {
    Map<String, String[]> columns = new LinkedHashMap<>();
    for (JsonNode model : evaluation.path("models")) {
      for (Map.Entry<String, JsonNode> suite : model.path("scores").properties()) {
        for (Map.Entry<String, JsonNode> metric : suite.getValue().properties()) {
          columns.putIfAbsent(
              suite.getKey() + " " + metric.getKey().replace('_', ' '),
              new String[] {suite.getKey(), metric.getKey()});
        }
      }
    }
    return columns;
  }

  /** Three digits behind the point; more for small divergences. */
  static String number(double value) {
    return Math.abs(value) < 0.01 && value != 0
        ? String.format(Locale.ROOT, "%.2g", value)
        : String.format(Locale.ROOT, "%.3f", value);
  }

  /** Head and rows, cells aligned, then one line per matrix and gate. */
  public List<String> lines() {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String gap = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? row.get(i) + gap : "  " + gap + row.get(i));
      }
      lines.add(line.toString().stripTrailing());
    }
    lines.addAll(notes);
    return lines;
  }
}
