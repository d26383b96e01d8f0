package io.ingot.license;

import java.util.List;

/** A license that asks for a copy of itself, where no copy was found to pass on. */
final class MissingTextRule implements Rule {
  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    for (License license : chain.modelTerms()) {
      List<Ancestor> holders =
          chain.models().stream().filter(a -> a.terms().contains(license)).toList();
      boolean found =
          holders.stream()
              .anyMatch(
                  a -> a.evidence().files().keySet().stream().anyMatch(LicenseFiles::isLicense));
      if (!found && license.ship().contains("LICENSE") && StandardText.of(license).isEmpty()) {
        findings.warn(
            "license-text-missing",
            holders.getFirst().subject(),
            license.name()
                + " asks for a copy of its text, and "
                + holders.getFirst().subject()
                + " has none",
            "put the text"
                + license.url().map(url -> " (" + url + ")").orElse("")
                + " as LICENSE beside the model");
      }
    }
  }
}
