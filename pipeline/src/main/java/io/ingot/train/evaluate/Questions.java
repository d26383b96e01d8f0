package io.ingot.train.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.train.chat.ChatTemplate;
import io.ingot.train.chat.Conversation;
import io.ingot.train.data.DatasetFile;
import io.ingot.train.data.RowFormat;
import io.ingot.train.data.SourceRow;
import io.ingot.train.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Turns a dataset into prompts with known answers. Of a chat the prompt is everything before the
 * last assistant turn, rendered with the generation prompt; the answer is that turn's text.
 */
public final class Questions {
  private final Tokenizer tokenizer;
  private final Supplier<ChatTemplate> template;

  /** The caller closes the tokenizer; the template is asked for when the first chat needs it. */
  public Questions(Tokenizer tokenizer, Supplier<ChatTemplate> template) {
    this.tokenizer = tokenizer;
    this.template = template;
  }

  /**
   * The first rows of a file.
   *
   * @param limit how many at most
   * @param longest tokens that prompt and answer may have together
   * @throws IngotException naming the row that has no answer or is too long
   */
  public List<Question> read(Path file, RowFormat format, int limit, int longest) {
    List<Question> questions = new ArrayList<>();
    List<SourceRow> rows = DatasetFile.read(file);
    for (SourceRow row : rows.subList(0, Math.min(limit, rows.size()))) {
      Question question = question(row, format);
      int length = question.promptIds().length + question.answerTokens();
      if (length > longest) {
        throw IngotException.invalid(
            row.place()
                + ": prompt and answer have "
                + length
                + " tokens; the model can see "
                + longest
                + ". Shorten the row, or raise max_length if the model can see more");
      }
      questions.add(question);
    }
    return questions;
  }

  private Question question(SourceRow row, RowFormat format) {
    return switch (format) {
      case MESSAGES, SHAREGPT, ALPACA -> chat(row, format);
      case PROMPT_COMPLETION -> {
        if (row.isChat("prompt")) {
          yield promptChat(row);
        }
        String completion = row.text("completion");
        yield new Question(
            row.place(),
            tokenizer.ids(row.text("prompt"), true),
            completion,
            tokenizer.ids(completion, false).length);
      }
      case TEXT, PREFERENCE, KTO, TOKENS ->
          throw IngotException.invalid(
              row.place()
                  + ": format "
                  + format.word()
                  + " has no answers to compare with; exact_match needs messages, sharegpt, alpaca"
                  + " or prompt-completion");
    };
  }

  private Question chat(SourceRow row, RowFormat format) {
    Conversation chat = row.conversation(format);
    int last = chat.messages().size() - 1;
    while (last >= 0 && !chat.role(last).equals("assistant")) {
      last--;
    }
    if (last < 0) {
      throw IngotException.invalid(
          row.place() + ": no message has the role 'assistant', so there is no answer to expect");
    }
    return answered(row, chat.first(last), chat.messages().get(last));
  }

  private Question promptChat(SourceRow row) {
    Conversation completion = row.conversation("completion");
    if (completion.messages().isEmpty()) {
      throw IngotException.invalid(row.place() + ": 'completion' is empty");
    }
    return answered(row, row.conversation("prompt"), completion.messages().get(0));
  }

  private Question answered(SourceRow row, Conversation before, JsonNode answer) {
    JsonNode content = answer.path("content");
    if (!content.isTextual()) {
      throw IngotException.invalid(
          row.place() + ": the last assistant message has no text, so there is nothing to compare");
    }
    String prompt;
    try {
      prompt = template.get().render(before, true).text();
    } catch (IngotException e) {
      throw new IngotException(e.kind(), row.place() + ": " + e.getMessage(), e);
    }
    return new Question(
        row.place(),
        tokenizer.ids(prompt, false),
        content.textValue(),
        tokenizer.ids(content.textValue(), false).length);
  }
}
