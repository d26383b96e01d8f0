package io.ingot.tensor;

import io.ingot.error.IngotException;
import java.util.Arrays;
import java.util.Locale;

/** Element types of safetensors files, by the names the format uses. */
public enum DType {
  BOOL(1, false),
  U8(1, false),
  I8(1, false),
  F8_E5M2(1, true),
  F8_E4M3(1, true),
  I16(2, false),
  U16(2, false),
  F16(2, true),
  BF16(2, true),
  I32(4, false),
  U32(4, false),
  F32(4, true),
  F64(8, true),
  I64(8, false),
  U64(8, false);

  private final int bytes;
  private final boolean floating;

  DType(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  public boolean isFloating() {
    return floating;
  }

  /** Whether values stand for themselves: floats, but not those of 8 bits, which need a scale. */
  public boolean isPlain() {
    return floating && bytes > 1;
  }

  /**
   * The dtype of a name of safetensors ({@code BF16}) or torch ({@code bfloat16}, {@code
   * torch.float16}).
   *
   * @throws IngotException naming the known dtypes
   */
  public static DType parse(String name) {
    String plain = name.startsWith("torch.") ? name.substring("torch.".length()) : name;
    return switch (plain) {
      case "float32", "float" -> F32;
      case "float16", "half" -> F16;
      case "bfloat16" -> BF16;
      case "float64", "double" -> F64;
      case "int64" -> I64;
      case "int32" -> I32;
      case "int16" -> I16;
      case "int8" -> I8;
      case "uint8" -> U8;
      case "bool" -> BOOL;
      default ->
          Arrays.stream(values())
              .filter(d -> d.name().equals(plain.toUpperCase(Locale.ROOT)))
              .findFirst()
              .orElseThrow(
                  () ->
                      IngotException.invalid(
                          "unknown dtype '" + name + "'; known: " + Arrays.toString(values())));
    };
  }
}
