package io.ingot.gguf.convert;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tokens of a SentencePiece-like BPE with byte fallback that exists as tokenizer.json only. */
final class LlamaHfVocabulary {
  private LlamaHfVocabulary() {}

  /** The vocabulary; empty where tokenizer.json is missing or of another kind. */
  static Optional<Vocabulary> find(Path folder) {
    return TokenizerFile.find(folder)
        .filter(
            file ->
                file.isBpe()
                    && file.model().path("byte_fallback").asBoolean()
                    && file.json().path("decoder").path("type").asText().equals("Sequence"))
        .map(file -> read(folder, file));
  }

  private static Vocabulary read(Path folder, TokenizerFile file) {
    Set<String> specials = TokenizerFile.namedSpecials(folder);
    List<String> tokens = new ArrayList<>();
    List<TokenType> types = new ArrayList<>();
    for (int id = 0; id < file.baseSize(); id++) {
      String text = file.tokens().getOrDefault(id, "");
      tokens.add(text);
      types.add(
          TokenizerFile.isByte(text)
              ? TokenType.BYTE
              : specials.contains(text) ? TokenType.CONTROL : TokenType.NORMAL);
    }
    file.added().values().stream()
        .filter(token -> token.id() >= file.baseSize())
        .sorted((a, b) -> Integer.compare(a.id(), b.id()))
        .forEach(
            token -> {
              tokens.add(token.content());
              types.add(
                  specials.contains(token.content()) ? TokenType.CONTROL : TokenType.USER_DEFINED);
            });
    return new Vocabulary(
        "llama",
        "default",
        tokens,
        TokenizerFile.constant(tokens.size(), -1000f),
        TokenizerFile.numbers(types.toArray(new TokenType[0])));
  }
}
