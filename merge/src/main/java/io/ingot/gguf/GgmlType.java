package io.ingot.gguf;

import io.ingot.error.IngotException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Element types of tensors in a GGUF file: a row is a sequence of blocks of {@link #blockElements}
 * values in {@link #blockBytes} bytes. Numbers as in ggml.h.
 */
public enum GgmlType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q8_1(9, 32, 36),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  Q8_K(15, 256, 292),
  IQ2_XXS(16, 256, 66),
  IQ2_XS(17, 256, 74),
  IQ3_XXS(18, 256, 98),
  IQ1_S(19, 256, 50),
  IQ4_NL(20, 32, 18),
  IQ3_S(21, 256, 110),
  IQ2_S(22, 256, 82),
  IQ4_XS(23, 256, 136),
  I8(24, 1, 1),
  I16(25, 1, 2),
  I32(26, 1, 4),
  I64(27, 1, 8),
  F64(28, 1, 8),
  IQ1_M(29, 256, 56),
  BF16(30, 1, 2),
  TQ1_0(34, 256, 54),
  TQ2_0(35, 256, 66),
  MXFP4(39, 32, 17),
  NVFP4(40, 64, 36),
  Q1_0(41, 128, 18),
  Q2_0(42, 64, 18);

  private static final GgmlType[] BY_ID = new GgmlType[43];

  static {
    for (GgmlType type : values()) {
      BY_ID[type.id] = type;
    }
  }

  private final int id;
  private final int blockElements;
  private final int blockBytes;

  GgmlType(int id, int blockElements, int blockBytes) {
    this.id = id;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  public int id() {
    return id;
  }

  public int blockElements() {
    return blockElements;
  }

  public int blockBytes() {
    return blockBytes;
  }

  /** Whether several values share a scale. */
  public boolean isQuantized() {
    return blockElements > 1;
  }

  /** Whether values of this type are plain numbers that a model can be read from. */
  public boolean isFloating() {
    return this == F32 || this == F16 || this == BF16;
  }

  /**
   * Bytes of a row of {@code columns} values.
   *
   * @throws ArithmeticException when that is no {@code long}
   */
  public long rowBytes(long columns) {
    return Math.multiplyExact(columns / blockElements, (long) blockBytes);
  }

  /** The type of a number in a file; empty for numbers that are unknown or were removed. */
  public static Optional<GgmlType> ofId(int id) {
    return id < 0 || id >= BY_ID.length ? Optional.empty() : Optional.ofNullable(BY_ID[id]);
  }

  /**
   * The type of a name, in any case.
   *
   * @throws IngotException (usage) naming the known types
   */
  public static GgmlType parse(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(type -> type.name().equals(upper))
        .findFirst()
        .orElseThrow(
            () ->
                IngotException.usage(
                    "unknown tensor type '"
                        + name
                        + "'; known: "
                        + Arrays.stream(values())
                            .map(Enum::name)
                            .collect(Collectors.joining(", "))));
  }
}
