package io.ingot.train.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.train.chat.Conversation;

/** Rows of the chat formats as conversations. */
final class Conversations {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private Conversations() {}

  /** A row of messages, sharegpt or alpaca. */
  static Conversation of(SourceRow row, RowFormat format) {
    ArrayNode messages =
        switch (format) {
          case MESSAGES -> messages(row, messagesKey(row));
          case SHAREGPT -> shareGpt(row);
          case ALPACA -> alpaca(row);
          default -> throw new IllegalArgumentException(format.word());
        };
    return conversation(row, messages);
  }

  /** These messages with the tools and template variables of a row. */
  static Conversation conversation(SourceRow row, ArrayNode messages) {
    return new Conversation(messages, tools(row), variables(row));
  }

  private static String messagesKey(SourceRow row) {
    return !row.fields().has("messages") && row.fields().has("conversations")
        ? "conversations"
        : "messages";
  }

  /** A list of messages under a key, checked and cleaned. */
  static ArrayNode messages(SourceRow row, String key) {
    JsonNode list = row.fields().path(key);
    if (!list.isArray()) {
      row.text(key.isEmpty() ? "messages" : key, "");
      throw row.wrong(
          key,
          list.isMissingNode() ? "is missing" : "is " + SourceRow.kind(list),
          "a list of messages {role, content}");
    }
    ArrayNode messages = JSON.arrayNode(list.size());
    for (int i = 0; i < list.size(); i++) {
      messages.add(message(row, list.get(i), key + "[" + i + "]"));
    }
    return messages;
  }

  private static ObjectNode message(SourceRow row, JsonNode value, String name) {
    if (!(value instanceof ObjectNode object)) {
      throw row.wrong(name, "is " + SourceRow.kind(value), "a message {role, content}");
    }
    JsonNode role = value.path("role");
    if (!role.isTextual()) {
      throw row.wrong(
          name + ".role",
          role.isMissingNode() ? "is missing" : "is " + SourceRow.kind(role),
          "system, user, assistant or tool"
              + (value.has("from") ? "; rows with 'from' and 'value' are format sharegpt" : ""));
    }
    JsonNode content = value.path("content");
    boolean fits =
        content.isTextual() || content.isArray() || content.isNull() || content.isMissingNode();
    if (!fits) {
      throw row.wrong(
          name + ".content", "is " + SourceRow.kind(content), "a text or a list of parts");
    }
    ObjectNode message = object.deepCopy();
    message.path("tool_calls").forEach(Conversations::parseArguments);
    return message;
  }

  /** OpenAI writes arguments as JSON in a text; templates expect the object itself. */
  private static void parseArguments(JsonNode call) {
    JsonNode holder = call.path("function").isObject() ? call.path("function") : call;
    JsonNode arguments = holder.path("arguments");
    if (arguments.isTextual() && holder instanceof ObjectNode function) {
      try {
        JsonNode parsed = MAPPER.readTree(arguments.textValue());
        if (parsed.isObject()) {
          function.set("arguments", parsed);
        }
      } catch (JsonProcessingException e) {
        return;
      }
    }
  }

  private static ArrayNode shareGpt(SourceRow row) {
    JsonNode list = row.fields().path("conversations");
    if (!list.isArray()) {
      throw row.wrong(
          "conversations",
          list.isMissingNode() ? "is missing" : "is " + SourceRow.kind(list),
          "a list of {from, value}");
    }
    ArrayNode messages = JSON.arrayNode(list.size());
    for (int i = 0; i < list.size(); i++) {
      JsonNode turn = list.get(i);
      String name = "conversations[" + i + "]";
      if (!turn.path("from").isTextual() || !turn.path("value").isTextual()) {
        throw row.wrong(name, "lacks 'from' or 'value'", "two texts");
      }
      ObjectNode message = messages.addObject();
      message.put("role", role(turn.path("from").textValue()));
      message.put("content", turn.path("value").textValue());
    }
    return messages;
  }

  private static String role(String from) {
    return switch (from) {
      case "human" -> "user";
      case "gpt" -> "assistant";
      default -> from;
    };
  }

  private static ArrayNode alpaca(SourceRow row) {
    ArrayNode messages = JSON.arrayNode();
    String system = row.text("system", "");
    if (!system.isEmpty()) {
      add(messages, "system", system);
    }
    JsonNode history = row.fields().path("history");
    for (int i = 0; i < history.size(); i++) {
      JsonNode pair = history.get(i);
      if (pair.size() != 2 || !pair.get(0).isTextual() || !pair.get(1).isTextual()) {
        throw row.wrong("history[" + i + "]", "is no pair of texts", "[user, assistant]");
      }
      add(messages, "user", pair.get(0).textValue());
      add(messages, "assistant", pair.get(1).textValue());
    }
    String input = row.text("input", "");
    add(messages, "user", row.text("instruction") + (input.isEmpty() ? "" : "\n" + input));
    add(messages, "assistant", row.text("output"));
    return messages;
  }

  private static void add(ArrayNode messages, String role, String content) {
    messages.addObject().put("role", role).put("content", content);
  }

  /** A list, a JSON text of one, or nothing. */
  private static JsonNode tools(SourceRow row) {
    JsonNode tools = row.fields().path("tools");
    if (tools.isTextual() && !tools.textValue().isBlank()) {
      try {
        tools = MAPPER.readTree(tools.textValue());
      } catch (JsonProcessingException e) {
        throw row.wrong("tools", "is a text that is no JSON", "a list of tools");
      }
    }
    if (tools.isArray()) {
      return tools.isEmpty() ? JSON.nullNode() : tools;
    }
    if (tools.isMissingNode() || tools.isNull() || tools.isTextual()) {
      return JSON.nullNode();
    }
    throw row.wrong("tools", "is " + SourceRow.kind(tools), "a list of tools");
  }

  /** {@code chat_template_kwargs} of TRL. */
  private static ObjectNode variables(SourceRow row) {
    JsonNode variables = row.fields().path("chat_template_kwargs");
    if (variables instanceof ObjectNode object) {
      return object;
    }
    if (variables.isMissingNode() || variables.isNull()) {
      return JSON.objectNode();
    }
    throw IngotException.invalid(
        row.place() + ": 'chat_template_kwargs' is " + SourceRow.kind(variables));
  }
}
