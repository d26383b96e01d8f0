package io.ingot.transplant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;

/** How the tokens of a vocabulary are spelled. */
enum Spelling {
  /** GPT-2: each byte is one of 256 printable characters; a space is {@code Ġ}. */
  BYTES,
  /** Words begin with {@code Ġ}, but other characters stand for themselves. */
  MARKED_G,
  /** SentencePiece: a space is {@code ▁}. */
  MARKED_UNDERLINE;

  private static final int[] BYTE_OF = new int[512];

  static {
    java.util.Arrays.fill(BYTE_OF, -1);
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      BYTE_OF[printable ? b : next++] = b;
    }
  }

  static Spelling of(ObjectNode tokenizer, Collection<String> tokens) {
    if (has(tokenizer.path("pre_tokenizer"), "ByteLevel")
        || has(tokenizer.path("decoder"), "ByteLevel")) {
      return BYTES;
    }
    long g = tokens.stream().filter(t -> t.startsWith("Ġ")).count();
    long underline = tokens.stream().filter(t -> t.startsWith("▁")).count();
    return g > underline ? MARKED_G : MARKED_UNDERLINE;
  }

  private static boolean has(JsonNode node, String type) {
    if (node.path("type").asText().equals(type)) {
      return true;
    }
    for (JsonNode child : node) {
      if (child.isContainerNode() && has(child, type)) {
        return true;
      }
    }
    return false;
  }

  /** What a token stands for. */
  TokenForm form(String token) {
    return switch (this) {
      case BYTES ->
          bytes(token)
              .map(
                  bytes ->
                      text(bytes).map(TokenForm::ofText).orElseGet(() -> TokenForm.ofBytes(bytes)))
              .orElseGet(() -> TokenForm.ofText(token));
      case MARKED_G -> TokenForm.ofText(token.replace('Ġ', ' '));
      case MARKED_UNDERLINE ->
          token.matches("<0x[0-9A-Fa-f]{2}>")
              ? TokenForm.ofBytes(new byte[] {(byte) Integer.parseInt(token.substring(3, 5), 16)})
              : TokenForm.ofText(token.replace('▁', ' '));
    };
  }

  private static Optional<byte[]> bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      if (c >= BYTE_OF.length || BYTE_OF[c] < 0) {
        return Optional.empty();
      }
      bytes[i] = (byte) BYTE_OF[c];
    }
    return Optional.of(bytes);
  }

  private static Optional<String> text(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
