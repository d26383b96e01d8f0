package io.ingot.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.step.ModelText;
import io.ingot.train.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows how a model's tokenizer cuts text. */
@Command(name = "tokenize", description = "Show the tokens of a text.")
final class TokenizeCommand extends IngotCommand {
  @Parameters(index = "0", paramLabel = "MODEL", description = "Model folder or GGUF file.")
  Path model;

  @Parameters(index = "1", arity = "0..1", paramLabel = "TEXT", description = "The text.")
  @Nullable String text;

  @Option(
      names = "--lines",
      paramLabel = "FILE",
      description = "JSON lines {\"text\"}; prints {\"ids\", \"text\"} for each.")
  @Nullable Path lines;

  @Option(names = "--special", description = "Add the tokenizer's special tokens, such as a BOS.")
  boolean special;

  @Override
  public Integer call() {
    if ((text == null) == (lines == null)) {
      throw IngotException.usage("give either TEXT or --lines FILE");
    }
    try (ModelText opened = ModelText.open(model)) {
      Tokenizer tokenizer = opened.tokenizer();
      if (lines != null) {
        for (ObjectNode row : JsonLines.read(lines)) {
          JsonNode line = row.path("text");
          if (!line.isTextual()) {
            throw IngotException.invalid(lines + ": a line has no \"text\"");
          }
          console().result(JsonLines.line(encoded(tokenizer, line.textValue())));
        }
      } else if (text != null && json()) {
        console().result(JsonLines.line(encoded(tokenizer, text)));
      } else if (text != null) {
        console().result(TokenColors.of(console()).pieces(tokenizer, tokenizer.ids(text, special)));
      }
    }
    return 0;
  }

  private Map<String, Object> encoded(Tokenizer tokenizer, String line) {
    int[] ids = tokenizer.ids(line, special);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("ids", ids);
    result.put("text", tokenizer.decode(ids, false));
    return result;
  }
}
