package io.ingot.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.train.chat.ChatTemplate;
import io.ingot.train.data.DatasetFile;
import io.ingot.train.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Renders a chat template. */
@Command(name = "render", description = "Render a chat template, as transformers would.")
final class ChatRenderCommand extends IngotCommand {
  @Parameters(
      index = "0",
      paramLabel = "TEMPLATE",
      description = "Template file, or a folder with a tokenizer.")
  Path template;

  @Parameters(
      index = "1",
      paramLabel = "CONTEXT",
      description =
          "JSON object of all variables (messages, tools, add_generation_prompt, ...); in a .jsonl"
              + " file one per line, printed as {\"text\"} or {\"error\"}.")
  Path context;

  @Mixin TemplateClock clock = new TemplateClock();

  @Override
  public Integer call() {
    ChatTemplate chat = open(clock.time());
    if (context.toString().endsWith(".jsonl")) {
      for (ObjectNode variables : JsonLines.read(context)) {
        console().result(JsonLines.line(rendered(chat, variables)));
      }
      return 0;
    }
    if (!Files.isRegularFile(context)) {
      throw IngotException.notFound("there is no file " + context);
    }
    ObjectNode variables = JsonLines.object(DatasetFile.text(context), context.toString());
    String text = chat.render(variables).text();
    if (json()) {
      console().result(JsonLines.line(Map.of("text", text)));
    } else {
      console().out().print(text);
      console().out().flush();
    }
    return 0;
  }

  private ChatTemplate open(LocalDateTime now) {
    if (Files.isDirectory(template)) {
      try (Tokenizer tokenizer = Tokenizer.load(template)) {
        return ChatTemplate.of(tokenizer, template.toString(), now);
      }
    }
    if (!Files.isRegularFile(template)) {
      throw IngotException.notFound("there is no template " + template);
    }
    return ChatTemplate.parse(DatasetFile.text(template), template.toString(), Map.of(), now);
  }

  private static Map<String, String> rendered(ChatTemplate chat, ObjectNode variables) {
    try {
      return Map.of("text", chat.render(variables).text());
    } catch (IngotException e) {
      return Map.of("error", String.valueOf(e.getMessage()));
    }
  }
}
