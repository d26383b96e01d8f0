package io.ingot.train.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.train.chat.Conversation;

/**
 * A row as it lies in the file.
 *
 * @param place file and line, for errors
 */
public record SourceRow(JsonNode fields, String place) {
  /** A text; a missing or null one is an error. */
  public String text(String key) {
    JsonNode value = fields.path(key);
    if (value.isTextual()) {
      return value.textValue();
    }
    throw wrong(
        key,
        value.isMissingNode() ? "is missing" : "is " + kind(value),
        "a text" + (value.isMissingNode() ? "; the row has " + keys() : ""));
  }

  /** The chat of a row of messages, sharegpt or alpaca. */
  public Conversation conversation(RowFormat format) {
    return Conversations.of(this, format);
  }

  /** The messages under a key, with the row's tools. */
  public Conversation conversation(String key) {
    return Conversations.conversation(this, Conversations.messages(this, key));
  }

  /** Whether a field holds messages, not text. */
  public boolean isChat(String key) {
    return fields.path(key).isArray();
  }

  String text(String key, String otherwise) {
    return fields.path(key).isMissingNode() || fields.path(key).isNull() ? otherwise : text(key);
  }

  IngotException wrong(String key, String what, String expected) {
    return IngotException.invalid(place + ": '" + key + "' " + what + "; expected " + expected);
  }

  private String keys() {
    return fields.isEmpty()
        ? "no fields"
        : fields.propertyStream().map(e -> "'" + e.getKey() + "'").toList().toString();
  }

  static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "a list";
      case STRING -> "a text";
      case NUMBER -> "the number " + value;
      case BOOLEAN -> "" + value;
      case NULL -> "null";
      default -> "missing";
    };
  }
}
