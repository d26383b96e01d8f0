package io.ingot.card;

import java.util.ArrayList;
import java.util.List;

/** What was trained on, exactly. */
final class DataSection implements Section {
  @Override
  public String write(CardFacts facts) {
    List<List<String>> rows = new ArrayList<>();
    for (CardFacts.Dataset data : facts.datasets()) {
      rows.add(
          List.of(
              Markdown.code(data.name()),
              source(data),
              data.format().map(Markdown::text).orElse(""),
              data.rows().map(Markdown::count).orElse(""),
              data.license()
                  .map(Markdown::text)
                  .orElse(data.onHub() ? "not stated" : "data of the publisher"),
              Markdown.text(String.join(", ", data.uses())),
              data.sha256().map(Markdown::code).orElse("")));
    }
    return rows.isEmpty()
        ? ""
        : "## Data\n\n"
            + Markdown.table(
                List.of("Name", "Source", "Format", "Rows", "License", "Used for", "SHA-256"),
                rows);
  }

  private static String source(CardFacts.Dataset data) {
    return Markdown.code(data.source())
        + data.commit().map(commit -> " at " + Markdown.code(commit)).orElse("");
  }
}
