package io.ingot.license;

import java.util.List;
import java.util.Locale;

/**
 * One ancestor with the terms that bind it.
 *
 * @param terms empty when nothing is known
 */
record Ancestor(LicenseEvidence evidence, List<License> terms) {
  String subject() {
    return evidence.subject();
  }

  boolean isModel() {
    return evidence.kind() == LicenseEvidence.Kind.MODEL;
  }

  boolean isUnder(List<String> ids) {
    return terms.stream().anyMatch(license -> ids.contains(license.id()));
  }

  /** Names are compared as the Hub does: without regard to case. */
  static String key(String subject) {
    return subject.toLowerCase(Locale.ROOT);
  }
}
