package io.ingot.merge.moe;

import io.ingot.model.Model;
import java.util.List;

/** Prompts as tokens; implemented where tokenizers are. */
@FunctionalInterface
public interface TokenEncoder {
  /**
   * The tokens of each prompt, with the tokenizer of a model. A prompt begins with the BOS token
   * where the tokenizer has one; nothing else is added, and special tokens in its text are taken as
   * such.
   *
   * @throws io.ingot.error.IngotException when the model brings no tokenizer
   */
  List<int[]> encode(Model model, List<String> prompts);
}
