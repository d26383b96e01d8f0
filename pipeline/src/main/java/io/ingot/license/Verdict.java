package io.ingot.license;

import java.util.List;
import java.util.Optional;

/**
 * What the licenses of all ancestors together allow.
 *
 * @param license identifier for the card's front matter ({@code other} with a name and a link where
 *     the Hub has none)
 * @param findings every rule that has something to say; one of severity BLOCK forbids publishing
 * @param duties what the published folder must hold or say
 */
public record Verdict(
    String license,
    Optional<String> licenseName,
    Optional<String> licenseLink,
    List<Finding> findings,
    List<Duty> duties) {
  /** How much a finding weighs. */
  public enum Severity {
    INFO,
    WARN,
    BLOCK
  }

  /**
   * One rule that applies.
   *
   * @param rule its short name, e.g. {@code unknown-license}
   * @param subject the ancestor it is about
   * @param reason for a person, with the clause
   * @param remedy what would lift it
   */
  public record Finding(
      Severity severity, String rule, String subject, String reason, String remedy) {}

  /**
   * Something to do when publishing.
   *
   * @param kind {@code file}, {@code notice} (verbatim line), {@code attribution} (line to show),
   *     {@code naming} (prefix of the name), {@code change} and {@code flow} and {@code
   *     documentation} (clause), {@code policy} (address), {@code limit} (to tell users)
   * @param source the license that asks for it, or the ancestor whose file it is
   * @param text file name or verbatim line
   */
  public record Duty(String kind, String source, String text) {}

  public boolean blocked() {
    return findings.stream().anyMatch(f -> f.severity() == Severity.BLOCK);
  }
}
