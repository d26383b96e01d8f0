package io.ingot.card;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was trained how: one column for each fine-tune. */
final class TrainingSection implements Section {
  private static final Map<String, String> FACTS =
      Map.of(
          "method", "Method",
          "rows", "Rows",
          "tokens", "Tokens",
          "trained_tokens", "Trained tokens",
          "steps", "Optimizer steps",
          "epochs", "Epochs",
          "trainable_parameters", "Trainable parameters",
          "final_loss", "Final loss");
  private static final List<String> ORDER =
      List.of(
          "method",
          "rows",
          "tokens",
          "trained_tokens",
          "steps",
          "epochs",
          "trainable_parameters",
          "final_loss");

  @Override
  public String write(CardFacts facts) {
    if (facts.trainings().isEmpty()) {
      return "";
    }
    List<String> head = new ArrayList<>(List.of(""));
    facts.trainings().forEach(training -> head.add(Markdown.code(training.step())));
    List<List<String>> rows = new ArrayList<>();
    row(rows, "Starts from", facts, t -> t.model().map(Markdown::code).orElse(""));
    row(rows, "Data", facts, t -> t.dataset().map(Markdown::code).orElse(""));
    for (String key : ORDER) {
      row(rows, String.valueOf(FACTS.get(key)), facts, t -> number(t.facts().path(key)));
    }
    String text = "## Training procedure\n\n" + Markdown.table(head, rows);
    List<List<String>> settings = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    facts.trainings().forEach(training -> names.addAll(training.hyperparameters().keySet()));
    for (String name : names) {
      row(
          settings,
          Markdown.code(name),
          facts,
          t -> Markdown.text(t.hyperparameters().getOrDefault(name, "")));
    }
    List<String> settingsHead = new ArrayList<>(head);
    settingsHead.set(0, "Setting");
    return settings.isEmpty()
        ? text
        : text + "\n### Hyper-parameters\n\n" + Markdown.table(settingsHead, settings);
  }

  private interface Cell {
    String of(CardFacts.Training training);
  }

  /** A row, unless nobody has a value for it. */
  private static void row(List<List<String>> rows, String label, CardFacts facts, Cell cell) {
    List<String> cells = new ArrayList<>(List.of(label));
    facts.trainings().forEach(training -> cells.add(cell.of(training)));
    if (cells.stream().skip(1).anyMatch(text -> !text.isEmpty())) {
      rows.add(cells);
    }
  }

  private static String number(JsonNode value) {
    if (value.isIntegralNumber()) {
      return Markdown.count(value.asLong());
    }
    if (value.isNumber()) {
      return new BigDecimal(value.asDouble(), new MathContext(4))
          .stripTrailingZeros()
          .toPlainString();
    }
    return value.isTextual() ? Markdown.text(value.asText()) : "";
  }
}
