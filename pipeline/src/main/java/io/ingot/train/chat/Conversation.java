package io.ingot.train.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a chat template is about.
 *
 * @param messages objects with {@code role} and {@code content}
 * @param tools list of tool schemas; JSON null where there are none
 * @param variables more that the template sees, such as {@code enable_thinking}
 */
public record Conversation(ArrayNode messages, JsonNode tools, ObjectNode variables) {
  /** The same with its first messages only. */
  public Conversation first(int count) {
    ArrayNode some = messages.arrayNode(count);
    for (int i = 0; i < count; i++) {
      some.add(messages.get(i));
    }
    return new Conversation(some, tools, variables);
  }

  /** The same with one more message at the end. */
  public Conversation with(JsonNode message) {
    return new Conversation(messages.deepCopy().add(message), tools, variables);
  }

  public String role(int index) {
    return messages.get(index).path("role").asText();
  }
}
