package io.ingot.train.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.ingot.error.IngotException;
import io.ingot.train.TokenRow;
import io.ingot.train.chat.ChatTemplate;
import io.ingot.train.chat.Conversation;
import io.ingot.train.tokenizer.TokenizedText;
import io.ingot.train.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One row of a file to tokens and labels. Chats are rendered and encoded without added special
 * tokens; other text gets the tokenizer's default ones, and the EOS at its end unless it is there.
 * Thread-safe.
 */
final class RowEncoder {
  private final Tokenizer tokenizer;
  private final Supplier<ChatTemplate> template;
  private final RowFormat format;
  private final LossOn lossOn;

  RowEncoder(
      Tokenizer tokenizer, Supplier<ChatTemplate> template, RowFormat format, LossOn lossOn) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.format = format;
    this.lossOn = lossOn;
  }

  TokenRow encode(SourceRow row) {
    return switch (format) {
      case MESSAGES, SHAREGPT, ALPACA -> chat(row, Conversations.of(row, format));
      case PROMPT_COMPLETION -> promptCompletion(row);
      case TEXT -> text(row);
      case PREFERENCE, KTO, TOKENS -> throw new IllegalStateException(format.word());
    };
  }

  private TokenRow chat(SourceRow row, Conversation chat) {
    if (chat.messages().isEmpty()) {
      throw row.wrong("messages", "is empty", "at least one message");
    }
    if (lossOn == LossOn.ALL) {
      return all(tokenizer.encode(rendered(chat, false, row), false));
    }
    MarkedText marked =
        new AssistantSpans(template.get()).mark(chat, lossOn == LossOn.COMPLETION, row.place());
    TokenizedText tokens = tokenizer.encode(marked.text(), false);
    return labeled(tokens, marked.mask(tokens));
  }

  private TokenRow text(SourceRow row) {
    if (lossOn != LossOn.ALL) {
      throw IngotException.usage(
          "format text has no "
              + lossOn.name().toLowerCase(java.util.Locale.ROOT)
              + " part; expected loss_on: all");
    }
    return all(tokenizer.encode(closed(row.text("text")), true));
  }

  private TokenRow promptCompletion(SourceRow row) {
    if (row.fields().path("prompt").isArray()) {
      return promptChat(row);
    }
    String prompt = row.text("prompt");
    TokenizedText tokens = tokenizer.encode(closed(prompt + row.text("completion")), true);
    return lossOn == LossOn.ALL ? all(tokens) : labeled(tokens, behind(tokens, prompt.length()));
  }

  private TokenRow promptChat(SourceRow row) {
    ArrayNode prompt = Conversations.messages(row, "prompt");
    ArrayNode all = prompt.deepCopy().addAll(Conversations.messages(row, "completion"));
    Conversation whole = Conversations.conversation(row, all);
    if (lossOn == LossOn.ALL) {
      return all(tokenizer.encode(rendered(whole, false, row), false));
    }
    String text = rendered(whole, false, row);
    int cut = promptEnd(Conversations.conversation(row, prompt), text, row);
    TokenizedText tokens = tokenizer.encode(text, false);
    boolean[] mask = behind(tokens, cut);
    if (lossOn == LossOn.ASSISTANT) {
      boolean[] assistant =
          new AssistantSpans(template.get()).mark(whole, false, row.place()).mask(tokens);
      for (int i = 0; i < mask.length; i++) {
        mask[i] &= assistant[i];
      }
    }
    return labeled(tokens, mask);
  }

  /** Where the rendered prompt ends in the rendered whole. */
  private int promptEnd(Conversation prompt, String whole, SourceRow row) {
    String opened =
        lastIsAssistant(prompt)
            ? located(row, () -> template.get().renderOpen(prompt))
            : rendered(prompt, true, row);
    if (!whole.startsWith(opened)) {
      throw IngotException.invalid(
          row.place()
              + ": the chat template does not render the prompt as the beginning of prompt and"
              + " completion, so the completion cannot be told; use format messages with a"
              + " template that marks assistant text with {% generation %}, or loss_on: all");
    }
    return opened.length();
  }

  private static boolean lastIsAssistant(Conversation chat) {
    return !chat.messages().isEmpty() && chat.role(chat.messages().size() - 1).equals("assistant");
  }

  PreferenceRow preference(SourceRow row) {
    Optional<Pair> pair = pair(row);
    if (pair.isPresent()) {
      Pair texts = pair.get();
      int[][] chosen = split(texts.prompt(), closed(texts.prompt() + texts.chosen()), true);
      int[][] rejected = split(texts.prompt(), closed(texts.prompt() + texts.rejected()), true);
      return new PreferenceRow(chosen[0], chosen[1], rejected[1]);
    }
    ArrayNode chosen = Conversations.messages(row, "chosen");
    ArrayNode rejected = Conversations.messages(row, "rejected");
    ArrayNode prompt;
    if (row.fields().has("prompt")) {
      prompt = Conversations.messages(row, "prompt");
    } else {
      prompt = chosen.arrayNode();
      int same = 0;
      while (same < Math.min(chosen.size(), rejected.size())
          && chosen.get(same).equals(rejected.get(same))) {
        prompt.add(chosen.get(same++));
      }
      for (int i = 0; i < same; i++) {
        chosen.remove(0);
        rejected.remove(0);
      }
    }
    int[][] better = splitChat(row, prompt, chosen);
    int[][] worse = splitChat(row, prompt, rejected);
    return new PreferenceRow(better[0], better[1], worse[1]);
  }

  private record Pair(String prompt, String chosen, String rejected) {}

  /** A pair of texts; the prompt may be left out and is then what both begin with. */
  private static Optional<Pair> pair(SourceRow row) {
    if (!row.fields().path("chosen").isTextual()) {
      return Optional.empty();
    }
    String chosen = row.text("chosen");
    String rejected = row.text("rejected");
    if (row.fields().has("prompt")) {
      return Optional.of(new Pair(row.text("prompt"), chosen, rejected));
    }
    int same = 0;
    while (same < Math.min(chosen.length(), rejected.length())
        && chosen.charAt(same) == rejected.charAt(same)) {
      same++;
    }
    if (same > 0 && chosen.charAt(same - 1) == ' ') {
      same--;
    }
    return Optional.of(
        new Pair(chosen.substring(0, same), chosen.substring(same), rejected.substring(same)));
  }

  JudgedRow judged(SourceRow row) {
    if (!row.fields().path("label").isBoolean()) {
      throw row.wrong("label", "is " + SourceRow.kind(row.fields().path("label")), "true or false");
    }
    boolean label = row.fields().path("label").booleanValue();
    int[][] parts;
    if (row.fields().path("prompt").isArray()) {
      parts =
          splitChat(
              row,
              Conversations.messages(row, "prompt"),
              Conversations.messages(row, "completion"));
    } else {
      String prompt = row.text("prompt");
      parts = split(prompt, closed(prompt + row.text("completion")), true);
    }
    return new JudgedRow(parts[0], parts[1], label);
  }

  private int[][] splitChat(SourceRow row, ArrayNode prompt, ArrayNode completion) {
    Conversation asked = Conversations.conversation(row, prompt);
    Conversation whole = Conversations.conversation(row, prompt.deepCopy().addAll(completion));
    String text = rendered(whole, false, row);
    return split(text.substring(0, promptEnd(asked, text, row)), text, false);
  }

  private int[][] split(String prompt, String whole, boolean special) {
    TokenizedText tokens = tokenizer.encode(whole, special);
    boolean[] completion = behind(tokens, prompt.length());
    int cut = 0;
    while (cut < completion.length && !completion[cut]) {
      cut++;
    }
    return new int[][] {
      java.util.Arrays.copyOfRange(tokens.ids(), 0, cut),
      java.util.Arrays.copyOfRange(tokens.ids(), cut, tokens.length())
    };
  }

  /** Tokens that hold any character behind an index, and all that follow the first such one. */
  private static boolean[] behind(TokenizedText tokens, int index) {
    boolean[] mask = new boolean[tokens.length()];
    boolean begun = false;
    for (int i = 0; i < mask.length; i++) {
      begun |= tokens.ends()[i] > index;
      mask[i] = begun;
    }
    return mask;
  }

  private String rendered(Conversation chat, boolean prompt, SourceRow row) {
    return located(row, () -> template.get().render(chat, prompt).text());
  }

  /** Errors of the template name the row. */
  private static String located(SourceRow row, Supplier<String> rendering) {
    try {
      return rendering.get();
    } catch (IngotException e) {
      throw new IngotException(e.kind(), row.place() + ": " + e.getMessage(), e);
    }
  }

  /** With the EOS at its end. */
  private String closed(String text) {
    String eos = tokenizer.specialTokens().getOrDefault("eos_token", "");
    return text.endsWith(eos) ? text : text + eos;
  }

  private static TokenRow all(TokenizedText tokens) {
    return new TokenRow(tokens.ids(), tokens.ids().clone());
  }

  private static TokenRow labeled(TokenizedText tokens, boolean[] mask) {
    int[] labels = tokens.ids().clone();
    for (int i = 0; i < labels.length; i++) {
      if (!mask[i]) {
        labels[i] = TokenRow.IGNORED;
      }
    }
    return new TokenRow(tokens.ids(), labels);
  }

  /** Formats whose rows are not plain tokens and labels. */
  static List<RowFormat> pairs() {
    return List.of(RowFormat.PREFERENCE, RowFormat.KTO);
  }
}
