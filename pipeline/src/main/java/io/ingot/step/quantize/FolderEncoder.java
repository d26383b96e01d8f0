package io.ingot.step.quantize;

import io.ingot.gguf.TokenEncoder;
import io.ingot.train.tokenizer.Tokenizer;
import java.nio.file.Path;

/**
 * Encodes with the tokenizer of a model folder; opened only when the pre-tokenizer must be found
 * out.
 *
 * @param folder holds tokenizer.json
 */
public record FolderEncoder(Path folder) implements TokenEncoder {
  @Override
  public int[] encode(String text) {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      return tokenizer.ids(text, true);
    }
  }
}
