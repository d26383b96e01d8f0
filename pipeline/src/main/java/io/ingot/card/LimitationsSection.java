package io.ingot.card;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What it cannot do, and what nobody has looked at. */
final class LimitationsSection implements Section {
  @Override
  public String write(CardFacts facts) {
    StringBuilder text = new StringBuilder();
    facts.texts().limitations().ifPresent(l -> text.append(Markdown.prose(l)).append("\n\n"));
    Set<String> suites = new LinkedHashSet<>();
    for (JsonNode evaluation : facts.evaluations().values()) {
      Scores.of(evaluation).columns().forEach(column -> suites.add(Markdown.code(column.suite())));
    }
    text.append(
        suites.isEmpty()
            ? "This release was not measured.\n"
            : "Measured on "
                + suites.stream().collect(Collectors.joining(", "))
                + " only; nothing is known about other uses.\n");
    return "## Limitations\n\n" + text;
  }
}
