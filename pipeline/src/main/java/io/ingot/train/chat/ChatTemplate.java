package io.ingot.train.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.train.chat.jinja.Rendering;
import io.ingot.train.chat.jinja.Template;
import io.ingot.train.chat.jinja.TemplateException;
import io.ingot.train.tokenizer.Tokenizer;
import java.time.LocalDateTime;
import java.util.Map;

/** A chat template with what it sees besides the messages. Immutable and thread-safe. */
public final class ChatTemplate {
  private final Template template;
  private final String place;
  private final Map<String, String> specialTokens;
  private final LocalDateTime clock;

  private ChatTemplate(
      Template template, String place, Map<String, String> specialTokens, LocalDateTime clock) {
    this.template = template;
    this.place = place;
    this.specialTokens = Map.copyOf(specialTokens);
    this.clock = clock;
  }

  /**
   * Reads a template.
   *
   * @param place what errors call it
   * @param specialTokens {@code bos_token}, {@code eos_token}... to their text
   * @param clock what {@code strftime_now} tells
   * @throws IngotException naming the line that is not well-formed
   */
  public static ChatTemplate parse(
      String source, String place, Map<String, String> specialTokens, LocalDateTime clock) {
    try {
      return new ChatTemplate(Template.parse(source), place, specialTokens, clock);
    } catch (TemplateException e) {
      throw explained(place, e);
    }
  }

  /**
   * The usual template of a tokenizer.
   *
   * @param place where the tokenizer comes from, for errors
   * @throws IngotException when it has none
   */
  public static ChatTemplate of(Tokenizer tokenizer, String place, LocalDateTime clock) {
    String source =
        tokenizer
            .chatTemplate()
            .orElseThrow(
                () ->
                    IngotException.invalid(
                        place
                            + " has no chat template (chat_template in tokenizer_config.json, or"
                            + " chat_template.jinja); chats need one: use an instruction-tuned"
                            + " model, or put a template there"));
    return parse(source, "the chat template of " + place, tokenizer.specialTokens(), clock);
  }

  /** Whether it marks what the assistant wrote; without it spans are always empty. */
  public boolean marksGeneration() {
    return template.marksGeneration();
  }

  /**
   * The text of a conversation.
   *
   * @param addGenerationPrompt whether the text ends where the assistant's answer begins
   * @throws IngotException with the template's own message, or with line and reason
   */
  public Rendering render(Conversation conversation, boolean addGenerationPrompt) {
    ObjectNode variables = JsonNodeFactory.instance.objectNode();
    specialTokens.forEach(variables::put);
    variables.putNull("documents");
    variables.setAll(conversation.variables());
    variables.set("messages", conversation.messages());
    variables.set("tools", conversation.tools());
    variables.put("add_generation_prompt", addGenerationPrompt);
    return render(variables);
  }

  /**
   * The text of a conversation that ends inside of its last message, so that generation goes on
   * with it ({@code continue_final_message} of transformers).
   *
   * @throws IngotException also when the template does not show the last message as it is
   */
  public String renderOpen(Conversation conversation) {
    String text = render(conversation, false).text();
    String last = lastText(conversation);
    String stripped = last.strip();
    int at = text.lastIndexOf(stripped);
    if (at < 0) {
      throw IngotException.invalid(
          place + " changes or leaves out the last message, so it cannot be continued");
    }
    String whole = last.stripLeading();
    return text.substring(
        0, at + (text.startsWith(whole, at) ? whole.length() : stripped.length()));
  }

  /** The text of the last message, or of the last part that has one. */
  private static String lastText(Conversation conversation) {
    JsonNode content =
        conversation.messages().get(conversation.messages().size() - 1).path("content");
    if (!content.isArray()) {
      return content.asText("");
    }
    String text = "";
    for (JsonNode part : content) {
      text = part.path("text").isTextual() ? part.path("text").textValue() : text;
    }
    return text;
  }

  /**
   * The text for exactly these variables.
   *
   * @throws IngotException with the template's own message, or with line and reason
   */
  public Rendering render(ObjectNode variables) {
    try {
      return template.render(variables, () -> clock);
    } catch (TemplateException e) {
      throw explained(place, e);
    }
  }

  private static IngotException explained(String place, TemplateException e) {
    String where = e.line() > 0 ? place + ", line " + e.line() : place;
    return IngotException.invalid(
        e.kind() == TemplateException.Kind.RAISED
            ? place + " refuses: " + e.getMessage()
            : where + ": " + e.getMessage());
  }
}
