package io.ingot.train.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.train.GoldenSet;
import io.ingot.train.chat.jinja.Rendering;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Published chat templates against what transformers renders with them. */
class ChatTemplateGoldenTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 8, 24, 10, 20, 30);
  private final Map<String, ChatTemplate> templates = new LinkedHashMap<>();

  @TestFactory
  List<DynamicTest> renderings() throws IOException {
    Path chat = GoldenSet.area("chat");
    Map<String, List<JsonNode>> cases = new LinkedHashMap<>();
    for (JsonNode row : GoldenSet.lines(chat.resolve("cases.jsonl"))) {
      cases.computeIfAbsent(row.path("template").asText(), t -> new ArrayList<>()).add(row);
    }
    List<DynamicTest> tests = new ArrayList<>();
    cases.forEach(
        (name, rows) ->
            tests.add(DynamicTest.dynamicTest(name, () -> rows.forEach(r -> check(chat, r)))));
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private void check(Path chat, JsonNode row) {
    ChatTemplate template = template(chat, row);
    ObjectNode context = (ObjectNode) row.path("context");
    String name = row.path("case").asText();
    if (!row.has("error")) {
      assertThat(template.render(context).text())
          .as(name)
          .isEqualTo(row.path("expected").textValue());
    } else if (row.path("strict").asBoolean(true)) {
      JsonNode error = row.path("error");
      assertThatThrownBy(() -> template.render(context))
          .as(name)
          .isInstanceOf(IngotException.class)
          .hasMessageContaining(
              error.path("kind").asText().equals("raise_exception")
                  ? error.path("message").asText()
                  : "");
    }
  }

  @Test
  void spansOfWhatTheAssistantWrote() throws IOException {
    Path chat = GoldenSet.area("chat");
    for (JsonNode row : GoldenSet.lines(chat.resolve("assistant_masks.jsonl"))) {
      if (row.has("error")) {
        assertThatThrownBy(() -> template(chat, row).render((ObjectNode) row.path("context")))
            .isInstanceOf(IngotException.class);
        continue;
      }
      Rendering rendering = template(chat, row).render((ObjectNode) row.path("context"));
      String name = row.path("template").asText() + " " + row.path("case").asText();
      assertThat(rendering.text()).as(name).isEqualTo(row.path("rendered").textValue());
      ArrayNode spans = GoldenSet.JSON.createArrayNode();
      for (Rendering.Span span : rendering.spans()) {
        spans
            .addArray()
            .add(rendering.text().codePointCount(0, span.start()))
            .add(rendering.text().codePointCount(0, span.end()));
      }
      assertThat(spans.toString()).as(name).isEqualTo(row.path("generation_spans").toString());
    }
  }

  @Test
  void openLastMessages() throws IOException {
    Path chat = GoldenSet.area("chat");
    for (JsonNode row : GoldenSet.lines(chat.resolve("continue_final.jsonl"))) {
      ObjectNode variables = ((ObjectNode) row.path("context")).deepCopy();
      ArrayNode messages = (ArrayNode) variables.remove("messages");
      Conversation conversation = new Conversation(messages, GoldenSet.JSON.nullNode(), variables);
      String name = row.path("template").asText() + " " + row.path("case").asText();
      if (row.has("error")) {
        assertThatThrownBy(() -> template(chat, row).renderOpen(conversation))
            .as(name)
            .isInstanceOf(IngotException.class);
      } else {
        assertThat(template(chat, row).renderOpen(conversation))
            .as(name)
            .isEqualTo(row.path("expected").textValue());
      }
    }
  }

  private ChatTemplate template(Path chat, JsonNode row) {
    return templates.computeIfAbsent(
        row.path("template").asText(),
        name -> {
          try {
            String source = Files.readString(chat.resolve("templates/" + name + ".jinja"));
            return ChatTemplate.parse(source, name, Map.of(), NOW);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }
}
