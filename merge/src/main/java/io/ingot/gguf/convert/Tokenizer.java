package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import io.ingot.gguf.TokenEncoder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Writes the {@code tokenizer.*} part in one of the ways that families choose from. */
final class Tokenizer {
  private final Path folder;
  private final ModelConfig config;
  private final Optional<String> pre;
  private final Supplier<Optional<TokenEncoder>> encoder;
  private final KeyValues out;

  Tokenizer(
      Path folder,
      ModelConfig config,
      Optional<String> pre,
      Supplier<Optional<TokenEncoder>> encoder,
      KeyValues out) {
    this.folder = folder;
    this.config = config;
    this.pre = pre;
    this.encoder = encoder;
    this.out = out;
  }

  Path folder() {
    return folder;
  }

  ModelConfig config() {
    return config;
  }

  KeyValues out() {
    return out;
  }

  /** Byte-level BPE from tokenizer.json. */
  void writeBpe() {
    String name =
        pre.isPresent() ? pre.get() : PreTokenizers.choose(Optional.empty(), encoder.get());
    BpeVocabulary.read(folder, config, name).write(out);
    out.texts("tokenizer.ggml.merges", Merges.read(folder));
    writeSpecials(Integer.MAX_VALUE);
  }

  /** SentencePiece from tokenizer.model; false where there is none. */
  boolean writeSentencePiece() {
    if (!SentencePieceVocabulary.exists(folder)) {
      return false;
    }
    write(SentencePieceVocabulary.read(folder, config));
    return true;
  }

  /** SentencePiece from tokenizer.model, without which this family has no tokenizer. */
  void requireSentencePiece() {
    if (!writeSentencePiece()) {
      throw IngotException.notFound(
          folder.resolve("tokenizer.model") + ": no such file; this family needs it");
    }
  }

  /** SentencePiece-like BPE from tokenizer.json; false where there is none. */
  boolean writeLlamaHf() {
    Optional<Vocabulary> vocabulary = LlamaHfVocabulary.find(folder);
    vocabulary.ifPresent(this::write);
    return vocabulary.isPresent();
  }

  /** Tokens with scores, without merges. */
  void write(Vocabulary vocabulary) {
    vocabulary.write(out);
    writeSpecials(vocabulary.tokens().size());
  }

  private void writeSpecials(int limit) {
    SpecialTokens special = SpecialTokens.read(folder, limit);
    special.writeIds(out);
    ChatTemplates.write(folder, out);
    special.writeNormalizer(out);
  }
}
