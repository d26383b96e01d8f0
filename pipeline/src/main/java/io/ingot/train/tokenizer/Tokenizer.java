package io.ingot.train.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.gguf.GgufTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;

/**
 * A tokenizer with its special tokens and chat templates. Holds native memory until it is closed.
 * Encoding and decoding are thread-safe.
 */
public final class Tokenizer implements AutoCloseable {
  static {
    // The tokenizers need no GPU; without this DJL looks for a CUDA build of them on machines
    // that have one.
    if (System.getProperty("RUST_FLAVOR") == null && System.getenv("RUST_FLAVOR") == null) {
      System.setProperty("RUST_FLAVOR", "cpu");
    }
    if (System.getProperty("OPT_OUT_TRACKING") == null) {
      System.setProperty("OPT_OUT_TRACKING", "true");
    }
  }

  private final HuggingFaceTokenizer library;
  private final TokenizerConfig config;
  private final List<AddedToken> added;
  private final Map<String, Integer> addedByText = new HashMap<>();
  private final Map<String, Integer> vocabulary;
  private final int size;

  private Tokenizer(HuggingFaceTokenizer library, TokenizerConfig config, TokenizerJson json) {
    this.library = library;
    this.config = config;
    this.added = json.added();
    this.vocabulary = json.vocabulary();
    this.size = json.size();
    added.forEach(token -> addedByText.put(token.content(), token.id()));
  }

  /**
   * Opens the tokenizer of a model folder.
   *
   * @throws IngotException when there is none, or it is not valid
   */
  public static Tokenizer load(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw IngotException.notFound("there is no folder " + folder);
    }
    Path file = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      throw IngotException.notFound(
          "no tokenizer.json in "
              + folder
              + (Files.exists(folder.resolve("tokenizer.model"))
                  ? "; there is a tokenizer.model, which has to be converted first (save the"
                      + " tokenizer once with a fast tokenizer of transformers)"
                  : "; name the folder of a model or of its tokenizer files"));
    }
    try {
      return of(Files.readAllBytes(file), TokenizerConfig.read(folder), file.toString());
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + file + ": " + e);
    }
  }

  /** Opens a tokenizer that is rebuilt from the metadata of a GGUF file. */
  public static Tokenizer ofGguf(GgufTokenizer metadata) {
    SequencedMap<String, String> special = new LinkedHashMap<>();
    metadata.ids().forEach((role, id) -> special.put(role + "_token", metadata.tokens().get(id)));
    TokenizerConfig config = TokenizerConfig.of(special);
    config.chatTemplates().putAll(metadata.templates());
    return of(GgufTokenizerJson.write(metadata), config, "the GGUF file's tokenizer");
  }

  private static Tokenizer of(byte[] tokenizerJson, TokenizerConfig config, String place) {
    TokenizerJson json = TokenizerJson.read(tokenizerJson, place);
    byte[] complete = DeclaredTokens.complete(tokenizerJson, json, config.declared());
    if (complete != tokenizerJson) {
      json = TokenizerJson.read(complete, place);
    }
    try {
      HuggingFaceTokenizer library =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(complete),
              Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false"));
      return new Tokenizer(library, config, json);
    } catch (IOException | RuntimeException e) {
      throw new IngotException(
          ErrorKind.INVALID, place + " is no tokenizer that can be used: " + e.getMessage(), e);
    }
  }

  /**
   * Splits a text.
   *
   * @param addSpecial whether the post-processor may add tokens such as a BOS. Never for rendered
   *     chats, which bring their own
   */
  public TokenizedText encode(String text, boolean addSpecial) {
    String clean = wellFormed(text);
    Encoding encoding = library.encode(clean, addSpecial, false);
    long[] ids = encoding.getIds();
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] units = unitsOfCodePoints(clean);
    int[] result = new int[ids.length];
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      result[i] = Math.toIntExact(ids[i]);
      CharSpan span = spans[i];
      if (span != null) {
        starts[i] = unit(units, span.getStart());
        ends[i] = unit(units, span.getEnd());
      }
    }
    return new TokenizedText(result, starts, ends);
  }

  /** The token ids of a text. */
  public int[] ids(String text, boolean addSpecial) {
    return Arrays.stream(library.encode(wellFormed(text), addSpecial, false).getIds())
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  /**
   * The text of tokens.
   *
   * @param skipSpecial whether to leave out special tokens
   */
  public String decode(int[] ids, boolean skipSpecial) {
    return library.decode(Arrays.stream(ids).asLongStream().toArray(), skipSpecial);
  }

  /** One more than the highest token id; a model may have more rows of embeddings. */
  public int size() {
    return size;
  }

  /** All added tokens, special or not. */
  public List<AddedToken> addedTokens() {
    return added;
  }

  /** The id of a token by its text; ordinary tokens in the model's own alphabet. */
  public OptionalInt id(String token) {
    Integer id = addedByText.get(token);
    if (id == null) {
      id = vocabulary.get(token);
    }
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** {@code bos_token}, {@code eos_token}... to their text; what chat templates see. */
  public SequencedMap<String, String> specialTokens() {
    return Collections.unmodifiableSequencedMap(config.specialTokens());
  }

  /** The id of a special token by its role, such as {@code eos_token}. */
  public OptionalInt specialId(String role) {
    String text = config.specialTokens().get(role);
    return text == null ? OptionalInt.empty() : id(text);
  }

  public OptionalInt bos() {
    return specialId("bos_token");
  }

  public OptionalInt eos() {
    return specialId("eos_token");
  }

  public OptionalInt pad() {
    return specialId("pad_token");
  }

  /** The ids of all added tokens that are marked special. */
  public Set<Integer> specialIds() {
    Set<Integer> ids = new LinkedHashSet<>();
    added.stream().filter(AddedToken::special).forEach(t -> ids.add(t.id()));
    return ids;
  }

  /** The source of the usual chat template. */
  public Optional<String> chatTemplate() {
    return Optional.ofNullable(config.chatTemplates().get("default"));
  }

  /** All chat templates by name. */
  public SequencedMap<String, String> chatTemplates() {
    return Collections.unmodifiableSequencedMap(config.chatTemplates());
  }

  @Override
  public void close() {
    library.close();
  }

  /** The native side knows no lone surrogates; each becomes U+FFFD, which keeps all indices. */
  private static String wellFormed(String text) {
    StringBuilder repaired = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (repaired == null) {
        repaired = new StringBuilder(text);
      }
      repaired.setCharAt(i, '\uFFFD');
    }
    return repaired == null ? text : repaired.toString();
  }

  /** UTF-16 index of each code point, and of the end; empty when they are the same. */
  private static int[] unitsOfCodePoints(String text) {
    int points = text.codePointCount(0, text.length());
    if (points == text.length()) {
      return new int[0];
    }
    int[] units = new int[points + 1];
    int unit = 0;
    for (int i = 0; i < points; i++) {
      units[i] = unit;
      unit += Character.charCount(text.codePointAt(unit));
    }
    units[points] = unit;
    return units;
  }

  private static int unit(int[] units, int codePoint) {
    return units.length == 0 ? codePoint : units[Math.min(codePoint, units.length - 1)];
  }
}
