package io.ingot.gguf.mix;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgmlType;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A type for all tensors whose name holds a pattern, written {@code PATTERN=TYPE}. */
public record TensorTypeRule(Pattern pattern, GgmlType type) {
  /**
   * Reads a rule; the pattern is made lower case, as llama-quantize does.
   *
   * @throws IngotException (usage) when it is no such rule
   */
  public static TensorTypeRule parse(String text) {
    int equals = text.indexOf('=');
    if (equals <= 0 || equals == text.length() - 1) {
      throw IngotException.usage(
          "'" + text + "' is no tensor type; NAME=TYPE was expected, e.g. attn_v=q6_k");
    }
    String name = text.substring(0, equals).toLowerCase(Locale.ROOT);
    try {
      return new TensorTypeRule(Pattern.compile(name), GgmlType.parse(text.substring(equals + 1)));
    } catch (PatternSyntaxException e) {
      throw IngotException.usage("'" + name + "' is no regular expression: " + e.getDescription());
    }
  }

  boolean matches(String tensor) {
    return pattern.matcher(tensor).find();
  }
}
