package io.ingot.card;

import java.util.List;

/**
 * What a lint found.
 *
 * @param score 0 to 100
 * @param failures what must be mended before publishing
 * @param checks every item with the points that it got
 */
public record LintReport(int score, List<String> failures, List<Check> checks) {
  /** One item. */
  public record Check(String name, int points, int of, String remark) {}

  public boolean passes() {
    return failures.isEmpty();
  }
}
