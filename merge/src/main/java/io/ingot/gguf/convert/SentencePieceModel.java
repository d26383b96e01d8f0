package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The pieces of a tokenizer.model: field 1 of the protobuf message ModelProto of SentencePiece. */
record SentencePieceModel(List<Piece> pieces) {
  /**
   * A piece.
   *
   * @param type number of SentencePiece: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused,
   *     6 byte
   */
  record Piece(String text, float score, int type) {}

  static SentencePieceModel read(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw IngotException.failed(file + ": cannot be read: " + e.getMessage());
    }
    List<Piece> pieces = new ArrayList<>();
    Message message = new Message(file, bytes, 0, bytes.length);
    while (message.hasMore()) {
      long tag = message.varint();
      if (tag == (1 << 3 | 2)) {
        pieces.add(piece(message.nested()));
      } else {
        message.skip(tag);
      }
    }
    if (pieces.isEmpty()) {
      throw message.broken("it holds no pieces");
    }
    return new SentencePieceModel(List.copyOf(pieces));
  }

  private static Piece piece(Message message) {
    String text = "";
    float score = 0;
    int type = 1;
    while (message.hasMore()) {
      long tag = message.varint();
      if (tag == (1 << 3 | 2)) {
        text = message.text();
      } else if (tag == (2 << 3 | 5)) {
        score = Float.intBitsToFloat(message.fixed32());
      } else if (tag == (3 << 3)) {
        type = (int) message.varint();
      } else {
        message.skip(tag);
      }
    }
    return new Piece(text, score, type);
  }

  /** A bounded reader of the protobuf wire format. */
  private static final class Message {
    private final Path file;
    private final byte[] bytes;
    private final int end;
    private int position;

    Message(Path file, byte[] bytes, int begin, int end) {
      this.file = file;
      this.bytes = bytes;
      this.position = begin;
      this.end = end;
    }

    boolean hasMore() {
      return position < end;
    }

    long varint() {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        if (position >= end) {
          throw broken("it is cut off");
        }
        byte next = bytes[position++];
        value |= (long) (next & 0x7f) << shift;
        if (next >= 0) {
          return value;
        }
      }
      throw broken("a number is too long");
    }

    int fixed32() {
      int at = take(4);
      return bytes[at] & 0xff
          | (bytes[at + 1] & 0xff) << 8
          | (bytes[at + 2] & 0xff) << 16
          | bytes[at + 3] << 24;
    }

    String text() {
      int length = length();
      return new String(bytes, take(length), length, StandardCharsets.UTF_8);
    }

    Message nested() {
      int length = length();
      int at = take(length);
      return new Message(file, bytes, at, at + length);
    }

    void skip(long tag) {
      switch ((int) (tag & 7)) {
        case 0 -> varint();
        case 1 -> take(8);
        case 2 -> take(length());
        case 5 -> take(4);
        default -> throw broken("a field of unknown kind");
      }
    }

    private int length() {
      long length = varint();
      if (length < 0 || length > end - position) {
        throw broken("a length of " + Long.toUnsignedString(length) + " goes beyond its end");
      }
      return (int) length;
    }

    private int take(int length) {
      if (length > end - position) {
        throw broken("it is cut off");
      }
      int at = position;
      position += length;
      return at;
    }

    IngotException broken(String problem) {
      return IngotException.invalid(
          file + ": not a SentencePiece model: " + problem + " (at byte " + position + ")");
    }
  }
}
