package io.ingot.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.train.chat.ChatTemplate;
import io.ingot.train.chat.Conversation;
import io.ingot.train.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot generate MODEL PROMPT}. */
@Command(name = "generate", description = "Continues a text, or answers as an assistant; greedy.")
final class GenerateCommand extends IngotCommand {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A model folder, an adapter, or a GGUF file.")
  Path model = Path.of("");

  @Parameters(index = "1", arity = "0..1", paramLabel = "PROMPT", description = "The text.")
  @Nullable String prompt;

  @Option(names = "--chat", description = "PROMPT is a user's message of a chat.")
  boolean chat;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "The system message of a chat; implies --chat.")
  @Nullable String system;

  @Option(
      names = "--lines",
      paramLabel = "FILE",
      description = "JSON lines of {\"prompt\"} or {\"messages\"}; prints {\"text\"} for each.")
  @Nullable Path lines;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "256",
      description = "Longest answer (default: ${DEFAULT-VALUE}).")
  int maxNewTokens = 256;

  @Mixin InferenceOptions inference = new InferenceOptions();
  @Mixin TemplateClock clock = new TemplateClock();

  @Override
  public Integer call() {
    if ((prompt == null) == (lines == null)) {
      throw IngotException.usage("give either PROMPT or --lines FILE");
    }
    if (maxNewTokens < 1) {
      throw IngotException.usage("--max-new-tokens must be at least 1");
    }
    try (InferenceOptions.Running running = inference.open(model)) {
      Tokenizer tokenizer = running.text().tokenizer();
      List<int[]> prompts = new ArrayList<>();
      if (lines != null) {
        for (ObjectNode row : JsonLines.read(lines)) {
          prompts.add(row(running, row));
        }
      } else if (prompt != null) {
        prompts.add(
            chat || system != null
                ? rendered(running, messages(system, prompt))
                : tokenizer.ids(prompt, true));
      }
      int room = running.longest() - prompts.stream().mapToInt(p -> p.length).max().orElse(0);
      if (room < 1) {
        throw IngotException.invalid(
            "the prompt fills the " + running.longest() + " tokens that the model can see");
      }
      List<int[]> answers =
          running.model().generate(prompts, Math.min(room, maxNewTokens), running.text().stops());
      for (int[] answer : answers) {
        String text = tokenizer.decode(answer, true);
        console().result(lines != null || json() ? JsonLines.line(Map.of("text", text)) : text);
      }
    }
    return 0;
  }

  private int[] row(InferenceOptions.Running running, ObjectNode row) {
    if (row.path("prompt").isTextual()) {
      return running.text().tokenizer().ids(row.path("prompt").textValue(), true);
    }
    if (row.path("messages").isArray()) {
      return rendered(running, row);
    }
    throw IngotException.invalid(lines + ": a line has neither \"prompt\" nor \"messages\"");
  }

  private static ObjectNode messages(@Nullable String system, String user) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    var messages = row.putArray("messages");
    if (system != null) {
      messages.addObject().put("role", "system").put("content", system);
    }
    messages.addObject().put("role", "user").put("content", user);
    return row;
  }

  private int[] rendered(InferenceOptions.Running running, ObjectNode row) {
    ChatTemplate template = running.text().template(clock.time());
    Conversation conversation =
        new Conversation(
            row.withArray("messages"),
            row.path("tools").isArray() ? row.path("tools") : row.nullNode(),
            row.objectNode());
    return running.text().tokenizer().ids(template.render(conversation, true).text(), false);
  }
}
