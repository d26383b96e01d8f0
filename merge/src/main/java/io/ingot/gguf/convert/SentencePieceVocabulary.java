package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Tokens of a tokenizer.model and what the JSON files beside it add. */
final class SentencePieceVocabulary {
  private final List<String> tokens;
  private final float[] scores;
  private final TokenType[] types;

  private SentencePieceVocabulary(int size) {
    tokens = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      tokens.add("[PAD" + i + "]");
    }
    scores = new float[size];
    Arrays.fill(scores, -10000f);
    types = new TokenType[size];
    Arrays.fill(types, TokenType.UNUSED);
  }

  static boolean exists(Path folder) {
    return Files.isRegularFile(folder.resolve("tokenizer.model"));
  }

  static Vocabulary read(Path folder, ModelConfig config) {
    SentencePieceModel model = SentencePieceModel.read(folder.resolve("tokenizer.model"));
    SentencePieceVocabulary vocabulary = pieces(model, size(config, model));
    vocabulary.addTokensFile(folder);
    vocabulary.addDecoder(folder, true);
    return vocabulary.done();
  }

  /** As Phi-3 has it: flags alone decide, and tokenizer.json counts too. */
  static Vocabulary readPhi(Path folder, ModelConfig config) {
    if (!exists(folder)) {
      throw IngotException.notFound(
          folder.resolve("tokenizer.model") + ": no such file; this family needs it");
    }
    SentencePieceModel model = SentencePieceModel.read(folder.resolve("tokenizer.model"));
    SentencePieceVocabulary vocabulary = pieces(model, size(config, model));
    vocabulary.addTokensFile(folder);
    vocabulary.addDecoder(folder, false);
    JsonFile.find(folder.resolve("tokenizer.json"))
        .ifPresent(
            json -> {
              for (JsonNode token : json.path("added_tokens")) {
                vocabulary.add(token.path("id").asInt(-1), token, false);
              }
            });
    return vocabulary.done();
  }

  /** The length of the token list. */
  static int size(ModelConfig config, SentencePieceModel model) {
    Optional<Long> given = config.findLong("vocab_size_per_layer_input", "vocab_size");
    return given.filter(size -> size > 0).map(Math::toIntExact).orElse(model.pieces().size());
  }

  private static SentencePieceVocabulary pieces(SentencePieceModel model, int size) {
    SentencePieceVocabulary vocabulary = new SentencePieceVocabulary(size);
    for (int id = 0; id < Math.min(size, model.pieces().size()); id++) {
      SentencePieceModel.Piece piece = model.pieces().get(id);
      TokenType type =
          switch (piece.type()) {
            case 2 -> TokenType.UNKNOWN;
            case 3 -> TokenType.CONTROL;
            case 5 -> TokenType.UNUSED;
            case 6 -> TokenType.BYTE;
            default -> TokenType.NORMAL;
          };
      vocabulary.set(id, piece.text(), piece.score(), type);
    }
    return vocabulary;
  }

  private void addTokensFile(Path folder) {
    Optional<ObjectNode> file = JsonFile.find(folder.resolve("added_tokens.json"));
    file.ifPresent(
        json ->
            json.properties()
                .forEach(
                    token -> {
                      int id = token.getValue().asInt(-1);
                      if (isInside(id)) {
                        set(id, token.getKey(), -1000f, TokenType.USER_DEFINED);
                      }
                    }));
  }

  private void addDecoder(Path folder, boolean guess) {
    Optional<ObjectNode> file = JsonFile.find(folder.resolve("tokenizer_config.json"));
    file.ifPresent(
        json ->
            json.path("added_tokens_decoder")
                .properties()
                .forEach(
                    token -> {
                      int id = number(folder, token.getKey());
                      add(id, token.getValue(), guess);
                    }));
  }

  private void add(int id, JsonNode token, boolean guess) {
    if (!isInside(id)) {
      return;
    }
    String text = token.path("content").asText();
    if (token.path("special").asBoolean() || guess && TokenType.looksSpecial(text)) {
      set(id, text, -1000f, TokenType.CONTROL);
    } else {
      set(id, guess ? text.replace('▁', ' ') : text, -1000f, TokenType.USER_DEFINED);
    }
  }

  private static int number(Path folder, String key) {
    try {
      return Integer.parseInt(key);
    } catch (NumberFormatException e) {
      throw IngotException.invalid(
          folder.resolve("tokenizer_config.json")
              + ": added_tokens_decoder has the key '"
              + key
              + "', which is no token id");
    }
  }

  private boolean isInside(int id) {
    return id >= 0 && id < types.length;
  }

  private void set(int id, String text, float score, TokenType type) {
    tokens.set(id, text);
    scores[id] = score;
    types[id] = type;
  }

  private Vocabulary done() {
    int[] numbers = Arrays.stream(types).mapToInt(TokenType::number).toArray();
    return new Vocabulary("llama", "default", tokens, scores, numbers);
  }
}
