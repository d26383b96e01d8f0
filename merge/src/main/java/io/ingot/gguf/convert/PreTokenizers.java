package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import io.ingot.gguf.TokenEncoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Names of BPE pre-tokenizers. llama.cpp tells them apart by the hash of the ids that a certain
 * text gets; the table is that of its release 0.5.0.
 */
public final class PreTokenizers {
  private static final String CHECK_TEXT =
      "\n \n\n \n\n\n \t \t\t \t\n  \n   \n    \n     \n\ud83d\ude80 (normal) \ud83d"
          + "\ude36\u200d\ud83c\udf2b\ufe0f (multiple emojis concatenated) \u2705 \ud83e"
          + "\udd99\ud83e\udd99 3 33 333 3333 33333 333333 3333333 33333333 3.3 3..3 3...3 "
          + "\u1780\u17b6\u1793\u17cb\u178f\u17c2\u1796\u17b7\u179f\u17c1\u179f\u17a2\u17b6"
          + "\u1785\ud83d\ude01 ?\u6211\u60f3\u5728apple\u5de5\u4f5c1314151\u5929\uff5e -----"
          + "-======= \u043d\u0435\u0449\u043e \u043d\u0430 \u0411\u044a\u043b\u0433\u0430"
          + "\u0440\u0441\u043a\u0438 ''''''```````\"\"\"\"......!!!!!!?????? I've been 'told"
          + " he's there, 'RE you sure? 'M not sure I'll make it, 'D you like some tea? We'Ve"
          + " a'lL";

  private static final Map<String, String> NAMES = load();

  private PreTokenizers() {}

  private static Map<String, String> load() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    PreTokenizers.class.getResourceAsStream("pre-tokenizers.txt")),
                StandardCharsets.UTF_8))) {
      Map<String, String> names = new HashMap<>();
      // Where a hash occurs twice, the later line holds.
      in.lines().map(line -> line.split(" ")).forEach(pair -> names.put(pair[0], pair[1]));
      return Map.copyOf(names);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SHA-256 of the ids of the check text, written like a Python list. */
  public static String hash(TokenEncoder encoder) {
    String ids = Arrays.toString(encoder.encode(CHECK_TEXT));
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(ids.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The name for a hash. */
  public static Optional<String> name(String hash) {
    return Optional.ofNullable(NAMES.get(hash));
  }

  /** The given name, or the one that the tokenizer's hash has. */
  static String choose(Optional<String> given, Optional<TokenEncoder> encoder) {
    if (given.isPresent()) {
      return given.get();
    }
    if (encoder.isEmpty()) {
      throw IngotException.invalid(
          "the BPE pre-tokenizer cannot be detected here; name it with --pre NAME (in a job:"
              + " quantize: {pre: NAME}), for example the one of the base model");
    }
    String hash = hash(encoder.get());
    return name(hash)
        .orElseThrow(
            () ->
                IngotException.invalid(
                    "the BPE pre-tokenizer was not recognized: hash "
                        + hash
                        + " is not in llama.cpp's table. Name it with --pre NAME (in a job:"
                        + " quantize: {pre: NAME}), for example the one of the base model"));
  }
}
