package io.ingot.transplant;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What a token stands for, whatever its vocabulary calls it.
 *
 * @param text without the space that begins a word; of bytes their hexadecimal digits
 */
record TokenForm(Kind kind, String text) {
  enum Kind {
    /** A piece of text. */
    TEXT,
    /** A piece of text that begins a word: a space and what follows. */
    WORD_START,
    /** Bytes that are no text by themselves, or a byte of a SentencePiece vocabulary. */
    BYTES
  }

  static TokenForm ofText(String text) {
    return text.startsWith(" ")
        ? new TokenForm(Kind.WORD_START, text.substring(1))
        : new TokenForm(Kind.TEXT, text);
  }

  static TokenForm ofBytes(byte[] bytes) {
    return new TokenForm(Kind.BYTES, HexFormat.of().formatHex(bytes));
  }

  /** A character of ASCII as the byte it is, or a byte as the character. */
  Optional<TokenForm> asByte() {
    if (kind == Kind.TEXT && text.length() == 1 && text.charAt(0) < 128) {
      return Optional.of(ofBytes(new byte[] {(byte) text.charAt(0)}));
    }
    if (kind == Kind.WORD_START && text.isEmpty()) {
      return Optional.of(ofBytes(new byte[] {' '}));
    }
    if (kind == Kind.BYTES && text.length() == 2) {
      int value = HexFormat.fromHexDigits(text);
      return value < 128 ? Optional.of(ofText(String.valueOf((char) value))) : Optional.empty();
    }
    return Optional.empty();
  }

  /** Shorter tokens that it begins with, the longest first; those of space alone do not count. */
  List<TokenForm> prefixes() {
    List<TokenForm> prefixes = new ArrayList<>();
    if (kind == Kind.BYTES) {
      return prefixes;
    }
    for (int end = text.length() - 1; end > 0; end--) {
      String prefix = text.substring(0, end);
      if (prefix.isBlank()) {
        break;
      }
      if (!Character.isHighSurrogate(prefix.charAt(end - 1))) {
        prefixes.add(new TokenForm(kind, prefix));
      }
    }
    return prefixes;
  }
}
