package io.ingot.merge.recipe;

import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The value of a parameter: a number, a gradient over layers, or a list of such with filters, of
 * which the first that matches counts.
 */
public record Setting(List<Case> cases) {
  /**
   * One alternative.
   *
   * @param filter part of a tensor's name, {@code *} or null for all
   * @param gradient one or more numbers, spread evenly over the layers
   */
  public record Case(@Nullable String filter, List<Double> gradient) {
    boolean matches(String tensor) {
      return filter == null || filter.equals("*") || tensor.contains(filter);
    }

    /** Linear interpolation at {@code t} in [0, 1], in double precision. */
    double at(double t) {
      int count = gradient.size();
      double scaled = t * (count - 1);
      int low = (int) scaled;
      int high = Math.min(count - 1, low + 1);
      double fraction = scaled - low;
      return (1 - fraction) * gradient.get(low) + fraction * gradient.get(high);
    }
  }

  public Setting {
    cases = List.copyOf(cases);
  }

  /** A plain number. */
  public static Setting of(double value) {
    return new Setting(List.of(new Case(null, List.of(value))));
  }

  /**
   * The value for a tensor.
   *
   * @param tensor its name
   * @param t place of its layer in the slice, 0 to 1; 0 outside of layers
   * @return empty when no filter matches
   */
  public OptionalDouble value(String tensor, double t) {
    for (Case option : cases) {
      if (option.matches(tensor)) {
        return OptionalDouble.of(option.at(t));
      }
    }
    return OptionalDouble.empty();
  }
}
