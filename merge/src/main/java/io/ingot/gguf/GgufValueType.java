package io.ingot.gguf;

import java.util.Optional;

/** Types of metadata values; the ordinal is the number in the file (GGUF specification). */
public enum GgufValueType {
  U8("u8", 1),
  I8("i8", 1),
  U16("u16", 2),
  I16("i16", 2),
  U32("u32", 4),
  I32("i32", 4),
  F32("f32", 4),
  BOOL("bool", 1),
  STRING("str", 0),
  ARRAY("arr", 0),
  U64("u64", 8),
  I64("i64", 8),
  F64("f64", 8);

  private final String label;
  private final int bytes;

  GgufValueType(String label, int bytes) {
    this.label = label;
    this.bytes = bytes;
  }

  /** Short name, e.g. {@code u32}. */
  public String label() {
    return label;
  }

  /** Bytes of a value; 0 where that depends on the value. */
  public int bytes() {
    return bytes;
  }

  public boolean isFixed() {
    return bytes > 0;
  }

  public boolean isInteger() {
    return isFixed() && this != F32 && this != F64 && this != BOOL;
  }

  static Optional<GgufValueType> ofId(int id) {
    return id < 0 || id >= values().length ? Optional.empty() : Optional.of(values()[id]);
  }
}
