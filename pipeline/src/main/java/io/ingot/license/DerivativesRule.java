package io.ingot.license;

/** Works under a no-derivatives license may be copied, not tuned, merged or quantized. */
final class DerivativesRule implements Rule {
  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    chain
        .all()
        .forEach(
            ancestor ->
                ancestor.terms().stream()
                    .filter(license -> !license.derivatives())
                    .forEach(license -> report(ancestor, license, findings)));
  }

  private static void report(Ancestor ancestor, License license, Findings findings) {
    String reason = license.name() + " forbids to pass on adaptations (" + clause(license) + ")";
    if (ancestor.isModel()) {
      findings.block(
          "no-derivatives",
          ancestor.subject(),
          reason,
          "choose another model, or ask its publisher");
    } else {
      findings.warn(
          "data-license",
          ancestor.subject(),
          reason + "; whether weights are an adaptation of data is unsettled",
          "decide in the review, or leave the data out");
    }
  }

  private static String clause(License license) {
    return String.join(", ", license.clauses());
  }
}
