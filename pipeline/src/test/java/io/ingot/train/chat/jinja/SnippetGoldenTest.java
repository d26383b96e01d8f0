package io.ingot.train.chat.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.train.GoldenSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Single constructs of the language against Jinja2. */
class SnippetGoldenTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 8, 24, 10, 20, 30);

  @TestFactory
  List<DynamicTest> snippets() throws IOException {
    Path chat = GoldenSet.area("chat");
    ObjectNode context =
        (ObjectNode) GoldenSet.JSON.readTree(chat.resolve("snippets_context.json").toFile());
    return GoldenSet.lines(chat.resolve("snippets.jsonl")).stream()
        .map(row -> DynamicTest.dynamicTest(row.path("id").asText(), () -> check(row, context)))
        .toList();
  }

  private static void check(JsonNode row, ObjectNode context) {
    String source = row.path("template").textValue();
    if (!row.has("error")) {
      assertThat(Template.parse(source).render(context, () -> NOW).text())
          .as(source)
          .isEqualTo(row.path("expected").textValue());
      return;
    }
    TemplateException.Kind kind =
        switch (row.at("/error/kind").asText()) {
          case "raise_exception" -> TemplateException.Kind.RAISED;
          case "undefined" -> TemplateException.Kind.UNDEFINED;
          case "security" -> TemplateException.Kind.SECURITY;
          case "syntax" -> TemplateException.Kind.SYNTAX;
          default -> TemplateException.Kind.RUNTIME;
        };
    assertThatThrownBy(() -> Template.parse(source).render(context, () -> NOW))
        .as(source)
        .isInstanceOfSatisfying(TemplateException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }
}
