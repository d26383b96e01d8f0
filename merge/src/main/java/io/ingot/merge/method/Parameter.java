package io.ingot.merge.method;

import java.util.OptionalDouble;

/**
 * A parameter of a merge method.
 *
 * @param perModel whether every model has its own, else one for the method
 * @param defaultValue empty: required, unless {@code optional}
 * @param optional whether it may be left out without a default
 * @param flag whether it is a boolean
 */
public record Parameter(
    String name,
    boolean perModel,
    OptionalDouble defaultValue,
    boolean optional,
    boolean flag,
    String description) {
  /** A required number for every model but the base. */
  public static Parameter ofModel(String name, String description) {
    return new Parameter(name, true, OptionalDouble.empty(), false, false, description);
  }

  /** A number for every model, with a default. */
  public static Parameter ofModel(String name, double defaultValue, String description) {
    return new Parameter(name, true, OptionalDouble.of(defaultValue), false, false, description);
  }

  /** A number for every model that may be left out. */
  public static Parameter ofModelOptional(String name, String description) {
    return new Parameter(name, true, OptionalDouble.empty(), true, false, description);
  }

  /** A required number. */
  public static Parameter number(String name, String description) {
    return new Parameter(name, false, OptionalDouble.empty(), false, false, description);
  }

  /** A number with a default. */
  public static Parameter number(String name, double defaultValue, String description) {
    return new Parameter(name, false, OptionalDouble.of(defaultValue), false, false, description);
  }

  /** A boolean with a default. */
  public static Parameter flag(String name, boolean defaultValue, String description) {
    return new Parameter(
        name, false, OptionalDouble.of(defaultValue ? 1 : 0), false, true, description);
  }

  public boolean required() {
    return defaultValue.isEmpty() && !optional;
  }
}
