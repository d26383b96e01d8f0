package io.ingot.license;

/** Licenses whose meaning for weights is open, or whose text was not read. */
final class UnsettledRule implements Rule {
  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    for (Ancestor ancestor : chain.models()) {
      for (License license : ancestor.terms()) {
        for (String warning : license.warnings()) {
          findings.warn(
              "unsettled",
              ancestor.subject(),
              license.name() + ": " + warning,
              "decide in the review");
        }
        if (license.gate()) {
          findings.info(
              "gated-terms",
              ancestor.subject(),
              "upstream asks users to accept " + license.name() + " before a download",
              "consider to gate the repository in the same way");
        }
      }
    }
  }
}
