package io.ingot.gguf.mix;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgmlType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What llama-quantize can make of a model: a default type and a mix around it. */
public enum FileType {
  Q1_0(40, GgmlType.Q1_0),
  Q2_0(41, GgmlType.Q2_0),
  Q4_0(2, GgmlType.Q4_0),
  Q4_1(3, GgmlType.Q4_1),
  MXFP4_MOE(38, GgmlType.MXFP4),
  Q5_0(8, GgmlType.Q5_0),
  Q5_1(9, GgmlType.Q5_1),
  IQ2_XXS(19, GgmlType.IQ2_XXS),
  IQ2_XS(20, GgmlType.IQ2_XS),
  IQ2_S(28, GgmlType.IQ2_XS),
  IQ2_M(29, GgmlType.IQ2_S),
  IQ1_S(24, GgmlType.IQ1_S),
  IQ1_M(31, GgmlType.IQ1_M),
  TQ1_0(36, GgmlType.TQ1_0),
  TQ2_0(37, GgmlType.TQ2_0),
  Q2_K(10, GgmlType.Q2_K),
  Q2_K_S(21, GgmlType.Q2_K),
  IQ3_XXS(23, GgmlType.IQ3_XXS),
  IQ3_S(26, GgmlType.IQ3_S),
  IQ3_M(27, GgmlType.IQ3_S),
  IQ3_XS(22, GgmlType.IQ3_S),
  Q3_K_S(11, GgmlType.Q3_K),
  Q3_K_M(12, GgmlType.Q3_K),
  Q3_K_L(13, GgmlType.Q3_K),
  IQ4_NL(25, GgmlType.IQ4_NL),
  IQ4_XS(30, GgmlType.IQ4_XS),
  Q4_K_S(14, GgmlType.Q4_K),
  Q4_K_M(15, GgmlType.Q4_K),
  Q5_K_S(16, GgmlType.Q5_K),
  Q5_K_M(17, GgmlType.Q5_K),
  Q6_K(18, GgmlType.Q6_K),
  Q8_0(7, GgmlType.Q8_0),
  F16(1, GgmlType.F16),
  BF16(32, GgmlType.BF16),
  F32(0, GgmlType.F32),
  /** Copies tensors as they are. */
  COPY(0, GgmlType.F32);

  private final int number;
  private final GgmlType defaultType;

  FileType(int number, GgmlType defaultType) {
    this.number = number;
    this.defaultType = defaultType;
  }

  /** The number in general.file_type. */
  public int number() {
    return number;
  }

  /** The type of tensors that no rule of the mix is about. */
  public GgmlType defaultType() {
    return defaultType;
  }

  boolean isOneOf(FileType... types) {
    return Arrays.asList(types).contains(this);
  }

  /** The type of a name (in any case, {@code Q4_K} means {@code Q4_K_M}) or number. */
  public static Optional<FileType> find(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    String name =
        switch (upper) {
          case "Q3_K", "Q4_K", "Q5_K" -> upper + "_M";
          default -> upper;
        };
    return Arrays.stream(values())
        .filter(type -> type.name().equals(name) || Integer.toString(type.number).equals(upper))
        .findFirst();
  }

  /**
   * As {@link #find}.
   *
   * @throws IngotException (usage) naming the known types
   */
  public static FileType parse(String text) {
    return find(text)
        .orElseThrow(
            () ->
                IngotException.usage(
                    "unknown quantization type '"
                        + text
                        + "'; known: "
                        + Arrays.stream(values())
                            .map(Enum::name)
                            .collect(Collectors.joining(", "))));
  }
}
