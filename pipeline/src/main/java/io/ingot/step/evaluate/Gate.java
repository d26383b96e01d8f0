package io.ingot.step.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition such as {@code gguf.Q4_K_M.orders.exact_match >= 0.8}.
 *
 * @param subject name of a model in the evaluation
 */
record Gate(
    String expression, String subject, String suite, String metric, String operator, double bound) {
  private static final Pattern FORM =
      Pattern.compile(
          "\\s*(.+)\\.([A-Za-z0-9_-]+)\\.([a-z_]+)\\s*(>=|<=|==|>|<)\\s*([-+0-9.eE]+)\\s*");

  static Gate parse(String expression) {
    Matcher matcher = FORM.matcher(expression);
    if (!matcher.matches()) {
      throw IngotException.invalid(
          "gate '" + expression + "' cannot be read; expected MODEL.SUITE.METRIC >= NUMBER");
    }
    try {
      return new Gate(
          expression.strip(),
          matcher.group(1).strip(),
          matcher.group(2),
          matcher.group(3),
          matcher.group(4),
          Double.parseDouble(matcher.group(5)));
    } catch (NumberFormatException e) {
      throw IngotException.invalid(
          "gate '" + expression + "': '" + matcher.group(5) + "' is no number");
    }
  }

  /** The measured value; empty when it was not measured. */
  OptionalDouble value(JsonNode evaluation) {
    for (JsonNode model : evaluation.path("models")) {
      JsonNode value = model.path("scores").path(suite).path(metric);
      if (model.path("name").asText().equals(subject) && value.isNumber()) {
        return OptionalDouble.of(value.doubleValue());
      }
    }
    return OptionalDouble.empty();
  }

  boolean holds(double value) {
    return switch (operator) {
      case ">=" -> value >= bound;
      case "<=" -> value <= bound;
      case ">" -> value > bound;
      case "<" -> value < bound;
      default -> value == bound;
    };
  }

  /** What went wrong, where it did not hold. */
  Optional<String> failure(JsonNode evaluation) {
    OptionalDouble value = value(evaluation);
    if (value.isEmpty()) {
      return Optional.of(expression + ": was not measured");
    }
    return holds(value.getAsDouble())
        ? Optional.empty()
        : Optional.of(expression + ": measured " + EvaluationTable.number(value.getAsDouble()));
  }
}
