package io.ingot.gguf.mix;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgufValue;
import java.nio.charset.StandardCharsets;

/** A metadata value that the user sets, written {@code KEY=TYPE:VALUE}. */
public record KeyValueOverride(String key, GgufValue value) {
  private static final int LONGEST = 127;

  /**
   * Reads an override; integers become unsigned 32-bit numbers.
   *
   * @throws IngotException (usage) when it is no such text
   */
  public static KeyValueOverride parse(String text) {
    int equals = text.indexOf('=');
    int colon = text.indexOf(':', equals + 1);
    if (equals <= 0 || equals > LONGEST || colon < 0) {
      throw malformed(text);
    }
    String value = text.substring(colon + 1);
    GgufValue parsed =
        switch (text.substring(equals + 1, colon)) {
          case "int" -> GgufValue.u32(integer(text, value));
          case "float" -> GgufValue.f32(real(text, value));
          case "bool" -> GgufValue.of(flag(text, value));
          case "str" -> GgufValue.of(shortText(text, value));
          default -> throw malformed(text);
        };
    return new KeyValueOverride(text.substring(0, equals), parsed);
  }

  private static long integer(String text, String value) {
    try {
      return Math.abs(Long.parseLong(value)) & 0xffff_ffffL;
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
  }

  private static double real(String text, String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
  }

  private static boolean flag(String text, String value) {
    if (!value.equals("true") && !value.equals("false")) {
      throw malformed(text);
    }
    return value.equals("true");
  }

  private static String shortText(String text, String value) {
    if (value.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
      throw malformed(text);
    }
    return value;
  }

  private static IngotException malformed(String text) {
    return IngotException.usage(
        "'"
            + text
            + "' is no metadata override; KEY=int:N, KEY=float:X, KEY=bool:true or KEY=str:TEXT"
            + " (at most 127 bytes) was expected");
  }
}
