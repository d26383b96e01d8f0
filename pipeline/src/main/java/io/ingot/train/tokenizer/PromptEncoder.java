package io.ingot.train.tokenizer;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgufModel;
import io.ingot.merge.moe.TokenEncoder;
import io.ingot.model.Model;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Prompts as tokens of a model's own tokenizer: the text of the BOS token and the prompt are
 * encoded together, and the post-processor adds nothing.
 */
public final class PromptEncoder implements TokenEncoder {
  @Override
  public List<int[]> encode(Model model, List<String> prompts) {
    try (Tokenizer tokenizer = open(model)) {
      String bos = tokenizer.specialTokens().getOrDefault("bos_token", "");
      return prompts.stream().map(p -> tokenizer.ids(bos + p, false)).toList();
    }
  }

  private static Tokenizer open(Model model) {
    Optional<Path> folder = model.folder();
    if (folder.isPresent()) {
      return Tokenizer.load(folder.get());
    }
    if (model instanceof GgufModel gguf) {
      return Tokenizer.ofGguf(gguf.tokenizer());
    }
    throw IngotException.invalid(
        "the base brings no tokenizer; name the folder of a model, or a GGUF file without adapter");
  }
}
