package io.ingot.train.data;

import io.ingot.error.IngotException;
import io.ingot.train.chat.ChatTemplate;
import io.ingot.train.chat.Conversation;
import io.ingot.train.chat.jinja.Rendering;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds what the assistant wrote in a rendered chat: by the template's own {@code generation} tags,
 * or else by rendering the chat turn by turn. The second way needs a template that only ever adds
 * to what it rendered before, which is checked.
 */
final class AssistantSpans {
  private static final int SHOWN = 60;

  private final ChatTemplate template;

  AssistantSpans(ChatTemplate template) {
    this.template = template;
  }

  /**
   * The rendered chat with its assistant turns.
   *
   * @param lastOnly whether only the last assistant turn counts
   * @throws IngotException when there is no assistant turn, or the template changes earlier turns
   */
  MarkedText mark(Conversation chat, boolean lastOnly, String place) {
    List<Integer> turns = new ArrayList<>();
    for (int i = 0; i < chat.messages().size(); i++) {
      if (chat.role(i).equals("assistant")) {
        turns.add(i);
      }
    }
    if (turns.isEmpty()) {
      throw IngotException.invalid(
          place
              + ": no message has the role 'assistant', so there is nothing to train; roles found: "
              + roles(chat)
              + ". Complete the row, remove it, or set loss_on: all");
    }
    if (lastOnly) {
      turns = List.of(turns.getLast());
    }
    Rendering whole = render(chat, false, place);
    if (template.marksGeneration() && whole.spansExact()) {
      List<Rendering.Span> spans = whole.spans();
      return new MarkedText(
          whole.text(), lastOnly && !spans.isEmpty() ? List.of(spans.getLast()) : spans);
    }
    List<Rendering.Span> spans = new ArrayList<>();
    for (int turn : turns) {
      spans.add(span(chat, turn, whole.text(), place));
    }
    return new MarkedText(whole.text(), spans);
  }

  private Rendering render(Conversation chat, boolean prompt, String place) {
    try {
      return template.render(chat, prompt);
    } catch (IngotException e) {
      throw new IngotException(e.kind(), place + ": " + e.getMessage(), e);
    }
  }

  /** From the end of the prompt of this turn to the end of the turn. */
  private Rendering.Span span(Conversation chat, int turn, String whole, String place) {
    boolean last = turn == chat.messages().size() - 1;
    String upTo = last ? whole : render(chat.first(turn + 1), false, place).text();
    String before = turn == 0 ? "" : render(chat.first(turn), false, place).text();
    if (!whole.startsWith(upTo)) {
      throw unstable(turn, upTo, whole, place);
    }
    String prompt = render(chat.first(turn), true, place).text();
    int start = common(prompt, upTo);
    if (start < before.length()) {
      throw unstable(turn, before, upTo, place);
    }
    return new Rendering.Span(start, upTo.length());
  }

  private static int common(String a, String b) {
    int same = 0;
    while (same < Math.min(a.length(), b.length()) && a.charAt(same) == b.charAt(same)) {
      same++;
    }
    return same;
  }

  private static IngotException unstable(int turn, String part, String whole, String place) {
    int at = common(part, whole);
    int from = Math.max(0, at - SHOWN / 2);
    return IngotException.invalid(
        place
            + ": the chat template changes what it rendered before, so the part that message "
            + turn
            + " wrote cannot be told. The chat up to there ends in "
            + shown(part, from)
            + ", the whole chat has "
            + shown(whole, from)
            + " in its place. Use a template that marks assistant text with {% generation %}, or"
            + " rows with one assistant turn, or loss_on: all");
  }

  private static String shown(String text, int from) {
    String part = text.substring(from, Math.min(text.length(), from + SHOWN));
    return "\"" + part.replace("\n", "\\n") + "\"";
  }

  private static String roles(Conversation chat) {
    List<String> roles = new ArrayList<>();
    for (int i = 0; i < chat.messages().size(); i++) {
      roles.add(chat.role(i));
    }
    return roles.isEmpty() ? "none" : String.join(", ", roles);
  }
}
