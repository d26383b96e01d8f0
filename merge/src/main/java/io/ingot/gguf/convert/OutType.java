package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgmlType;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Element type that a conversion aims at, with its number in general.file_type. */
public enum OutType {
  F32(0, GgmlType.F32),
  F16(1, GgmlType.F16),
  BF16(32, GgmlType.BF16),
  Q8_0(7, GgmlType.Q8_0),
  TQ1_0(36, GgmlType.TQ1_0),
  TQ2_0(37, GgmlType.TQ2_0),
  /** The 16-bit type that the first matrix of the model has, else F16. */
  AUTO(1024, GgmlType.F16);

  private final int fileType;
  private final GgmlType type;

  OutType(int fileType, GgmlType type) {
    this.fileType = fileType;
    this.type = type;
  }

  public int fileType() {
    return fileType;
  }

  public GgmlType type() {
    return type;
  }

  public boolean isTernary() {
    return this == TQ1_0 || this == TQ2_0;
  }

  /**
   * The type of a name such as {@code bf16}.
   *
   * @throws IngotException (usage) naming the known types
   */
  public static OutType parse(String name) {
    return Arrays.stream(values())
        .filter(type -> type.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                IngotException.usage(
                    "unknown output type '"
                        + name
                        + "'; known: "
                        + Arrays.stream(values())
                            .map(type -> type.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "))));
  }
}
