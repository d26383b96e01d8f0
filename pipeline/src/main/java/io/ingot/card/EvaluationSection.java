package io.ingot.card;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Scores of everything that was measured, beside the base. */
final class EvaluationSection implements Section {
  @Override
  public String write(CardFacts facts) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, JsonNode> evaluation : facts.evaluations().entrySet()) {
      Scores scores = Scores.of(evaluation.getValue());
      if (!scores.rows().isEmpty() && !scores.columns().isEmpty()) {
        text.append(text.isEmpty() ? "## Evaluation\n\n" : "\n");
        text.append(table(scores))
            .append('\n')
            .append(legend(scores))
            .append(best(scores))
            .append(gates(scores));
      }
    }
    return text.toString();
  }

  private static String table(Scores scores) {
    List<String> head = new ArrayList<>(List.of("Model"));
    scores.columns().forEach(c -> head.add(Markdown.text(c.suite() + ": " + c.metric())));
    boolean sizes = scores.rows().stream().anyMatch(row -> row.bytes().isPresent());
    if (sizes) {
      head.add("Size");
    }
    List<List<String>> rows = new ArrayList<>();
    for (Scores.Row row : scores.rows()) {
      List<String> cells = new ArrayList<>();
      boolean base = scores.baseline().map(row.model()::equals).orElse(false);
      cells.add(Markdown.code(row.model()) + (base ? " (before)" : ""));
      for (Scores.Column column : scores.columns()) {
        OptionalDouble value = row.value(column);
        cells.add(value.isPresent() ? cell(scores, row, column, value.getAsDouble()) : "");
      }
      if (sizes) {
        cells.add(row.bytes().map(Markdown::size).orElse(""));
      }
      rows.add(cells);
    }
    return Markdown.table(head, rows);
  }

  private static String cell(Scores scores, Scores.Row row, Scores.Column column, double value) {
    String text = Scores.show(value);
    return scores.isBest(column.suite(), row.model()) ? "**" + text + "**" : text;
  }

  private static String best(Scores scores) {
    StringBuilder text = new StringBuilder();
    for (Scores.Best best : scores.best()) {
      text.append("\nBest of ")
          .append(Markdown.code(best.matrix()))
          .append(": ")
          .append(String.join(", ", best.models().stream().map(Markdown::code).toList()))
          .append(" (")
          .append(Markdown.text(best.reason()))
          .append("); bold: no other of them is better on that suite.\n");
    }
    return text.toString();
  }

  private static String legend(Scores scores) {
    StringBuilder text = new StringBuilder();
    for (Scores.Column column : scores.columns()) {
      text.append("- ")
          .append(Markdown.text(column.suite()))
          .append(": ")
          .append(meaning(column.metric()))
          .append(column.rows().map(rows -> ", " + Markdown.count(rows) + " rows").orElse(""))
          .append(".\n");
    }
    return text.toString();
  }

  private static String meaning(String metric) {
    return switch (metric) {
      case "exact_match" -> "share of greedy answers that equal the reference in every character";
      case "perplexity" -> "perplexity per token, lower is better";
      case "kl_divergence" -> "mean Kullback-Leibler divergence from the baseline, lower is better";
      default -> Markdown.text(metric);
    };
  }

  private static String gates(Scores scores) {
    if (scores.gates().isEmpty()) {
      return "";
    }
    List<List<String>> rows = new ArrayList<>();
    for (Scores.Gate gate : scores.gates()) {
      rows.add(
          List.of(
              Markdown.code(gate.expression()),
              gate.value().map(Scores::show).orElse(""),
              gate.passed() ? "passed" : "failed"));
    }
    return "\nConditions for this release:\n\n"
        + Markdown.table(List.of("Condition", "Value", "Result"), rows);
  }
}
