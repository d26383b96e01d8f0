package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tokens of a byte-level BPE (GPT-2 and what came after it). */
final class BpeVocabulary {
  private BpeVocabulary() {}

  static Vocabulary read(Path folder, ModelConfig config, String pre) {
    TokenizerFile file =
        TokenizerFile.find(folder)
            .orElseThrow(
                () ->
                    IngotException.notFound(
                        folder.resolve("tokenizer.json")
                            + ": no such file, and no tokenizer.model either; copy the tokenizer"
                            + " of the base model into the folder"));
    int size = config.findLong("vocab_size").map(Math::toIntExact).orElse(file.tokens().size());
    if (file.largestId() >= size) {
      throw IngotException.invalid(
          folder.resolve("tokenizer.json")
              + ": the largest token id is "
              + file.largestId()
              + ", but config.json has vocab_size "
              + size
              + "; tokens were added without making the model larger");
    }
    List<String> tokens = new ArrayList<>(size);
    TokenType[] types = new TokenType[size];
    for (int id = 0; id < size; id++) {
      String text = file.tokens().get(id);
      TokenizerFile.Added added = file.added().get(id);
      if (text == null) {
        tokens.add("[PAD" + id + "]");
        types[id] = TokenType.UNUSED;
      } else if (added == null) {
        tokens.add(text);
        types[id] = TokenType.NORMAL;
      } else if (added.special() || TokenType.looksSpecial(text)) {
        tokens.add(text);
        types[id] = TokenType.CONTROL;
      } else {
        tokens.add(text.replace('▁', ' '));
        types[id] = TokenType.USER_DEFINED;
      }
    }
    return new Vocabulary("gpt2", pre, tokens, new float[0], TokenizerFile.numbers(types));
  }
}
