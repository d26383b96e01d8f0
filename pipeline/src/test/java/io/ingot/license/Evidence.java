package io.ingot.license;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Short ways to write evidence down. */
final class Evidence {
  static final Publisher COMPANY = new Publisher("acme", Publisher.Kind.COMPANY, Optional.empty());
  static final Publisher PERSON = new Publisher("ada", Publisher.Kind.PERSON, Optional.empty());

  private Evidence() {}

  static LicenseEvidence model(String subject, @Nullable String license, String... bases) {
    return new LicenseEvidence(
        subject,
        LicenseEvidence.Kind.MODEL,
        Optional.of("0".repeat(40)),
        Optional.ofNullable(license),
        Optional.empty(),
        Optional.empty(),
        Collections.emptySortedMap(),
        List.of(bases));
  }

  static LicenseEvidence data(String subject, @Nullable String license) {
    return new LicenseEvidence(
        subject,
        LicenseEvidence.Kind.DATASET,
        Optional.of("1".repeat(40)),
        Optional.ofNullable(license),
        Optional.empty(),
        Optional.empty(),
        Collections.emptySortedMap(),
        List.of());
  }

  static LicenseEvidence named(LicenseEvidence evidence, String licenseName) {
    return new LicenseEvidence(
        evidence.subject(),
        evidence.kind(),
        evidence.commit(),
        Optional.of("other"),
        Optional.of(licenseName),
        evidence.licenseLink(),
        evidence.files(),
        evidence.bases());
  }

  static LicenseEvidence file(LicenseEvidence evidence, String name, String text) {
    TreeMap<String, String> files = new TreeMap<>(evidence.files());
    files.put(name, text);
    return new LicenseEvidence(
        evidence.subject(),
        evidence.kind(),
        evidence.commit(),
        evidence.license(),
        evidence.licenseName(),
        evidence.licenseLink(),
        files,
        evidence.bases());
  }

  static Verdict judge(Publisher publisher, @Nullable String repository, LicenseEvidence... chain) {
    return LicenseEngine.standard()
        .judge(List.of(chain), new Publication(publisher, Optional.ofNullable(repository)));
  }
}
