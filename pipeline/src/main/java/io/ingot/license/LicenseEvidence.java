package io.ingot.license;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Everything that one model or dataset says about its license.
 *
 * @param subject name by which a reader finds it: {@code org/name}, or a path
 * @param commit 40 hexadecimal digits, where it comes from a Hub
 * @param license {@code license} of the card or the {@code license:} tag
 * @param files texts of LICENSE, NOTICE, USE_POLICY and the like, by file name
 * @param bases {@code base_model} of the card: what it declares to come from
 */
public record LicenseEvidence(
    String subject,
    Kind kind,
    Optional<String> commit,
    Optional<String> license,
    Optional<String> licenseName,
    Optional<String> licenseLink,
    SortedMap<String, String> files,
    List<String> bases) {
  /** What the evidence is about. */
  public enum Kind {
    MODEL,
    DATASET
  }
}
