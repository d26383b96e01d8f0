package io.ingot.step.exec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.progress.Progress;
import io.ingot.run.FailureCode;
import io.ingot.step.StepOutcome;
import java.util.Optional;

/**
 * The lines that a child process prints on its standard output, one JSON object each. Whatever else
 * native code prints there is no message.
 */
final class ChildProtocol {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String MARK = "{\"ingot\":";

  private ChildProtocol() {}

  /** What the child says. */
  sealed interface Message {
    /** See {@link Progress#begin}. */
    record Begin(String label, long total, Progress.Unit unit) implements Message {}

    /** See {@link Progress#advance}; several calls may come as one. */
    record Advance(long amount) implements Message {}

    /** See {@link Progress#detail}. */
    record Detail(String text) implements Message {}

    /** See {@link Progress#note}. */
    record Note(String line) implements Message {}

    /** The work is done. */
    record Done(StepOutcome outcome) implements Message {}

    /** The work failed. */
    record Failed(FailureCode code, String message) implements Message {}
  }

  static String encode(Message message) {
    ObjectNode node = JSON.createObjectNode();
    switch (message) {
      case Message.Begin begin ->
          node.put("ingot", "begin")
              .put("label", begin.label)
              .put("total", begin.total)
              .put("unit", begin.unit.name());
      case Message.Advance advance -> node.put("ingot", "advance").put("amount", advance.amount);
      case Message.Detail detail -> node.put("ingot", "detail").put("text", detail.text);
      case Message.Note note -> node.put("ingot", "note").put("line", note.line);
      case Message.Done(StepOutcome.Done done) ->
          node.put("ingot", "done").put("note", done.note()).put("reused", done.reused());
      case Message.Done(StepOutcome.NeedsReview review) ->
          node.put("ingot", "review")
              .put("subject", review.subjectDigest())
              .put("title", review.title());
      case Message.Failed failed ->
          node.put("ingot", "failed")
              .put("code", failed.code.name())
              .put("message", failed.message);
    }
    return node.toString();
  }

  /** The message in this line; empty when it is none. */
  static Optional<Message> decode(String line) {
    if (!line.startsWith(MARK)) {
      return Optional.empty();
    }
    try {
      JsonNode node = JSON.readTree(line);
      return switch (node.path("ingot").asText()) {
        case "begin" ->
            Optional.of(
                new Message.Begin(
                    node.path("label").asText(),
                    node.path("total").asLong(),
                    Progress.Unit.valueOf(node.path("unit").asText())));
        case "advance" -> Optional.of(new Message.Advance(node.path("amount").asLong()));
        case "detail" -> Optional.of(new Message.Detail(node.path("text").asText()));
        case "note" -> Optional.of(new Message.Note(node.path("line").asText()));
        case "done" ->
            Optional.of(
                new Message.Done(
                    new StepOutcome.Done(
                        node.path("note").asText(), node.path("reused").asBoolean())));
        case "review" ->
            Optional.of(
                new Message.Done(
                    new StepOutcome.NeedsReview(
                        node.path("subject").asText(), node.path("title").asText())));
        case "failed" ->
            Optional.of(
                new Message.Failed(
                    FailureCode.valueOf(node.path("code").asText()),
                    node.path("message").asText()));
        default -> Optional.empty();
      };
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
