package io.ingot.cli;

import io.ingot.cli.ModelLocations.Location;
import io.ingot.hub.HubClient;
import io.ingot.license.EvidenceReader;
import io.ingot.license.LicenseDocuments;
import io.ingot.license.LicenseEngine;
import io.ingot.license.LicenseEvidence;
import io.ingot.license.Publication;
import io.ingot.license.Publisher;
import io.ingot.license.Verdict;
import io.ingot.license.Verdict.Finding;
import io.ingot.license.Verdict.Severity;
import io.ingot.merge.MergeFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the licenses of all models of a merge say together. Making a merge passes nothing on, so
 * nothing here stops it; what must not be published is said before, in the card, and by {@code
 * license check}.
 *
 * @param own evidence of the models that were opened, in their order
 * @param chain the same and everything that they declare to come from
 */
record MergeLicenses(List<LicenseEvidence> own, List<LicenseEvidence> chain, Verdict verdict) {

  /** Reads cards and license files of the models; of declared bases, through the Hub. */
  static MergeLicenses of(List<Location> locations, Map<String, String> environment) {
    EvidenceReader reader = new EvidenceReader();
    List<LicenseEvidence> own = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Location location : locations) {
      own.add(evidence(reader, location, unique(location, names)));
    }
    List<LicenseEvidence> chain = own;
    if (own.stream().anyMatch(one -> !one.bases().isEmpty())) {
      try (HubClient hub = HubClient.of(environment)) {
        chain = reader.withBases(hub, own);
      }
    }
    Publisher publisher = new Publisher("you", Publisher.Kind.COMPANY, Optional.empty());
    return new MergeLicenses(
        own,
        chain,
        LicenseEngine.standard().judge(chain, new Publication(publisher, Optional.empty())));
  }

  private static LicenseEvidence evidence(EvidenceReader reader, Location location, String name) {
    if (Files.isDirectory(location.path())) {
      return reader.fromFolder(
          location.path(), name, LicenseEvidence.Kind.MODEL, location.commit());
    }
    return new LicenseEvidence(
        name,
        LicenseEvidence.Kind.MODEL,
        location.commit(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        new TreeMap<>(),
        List.of());
  }

  /** Repositories by their names; folders by their last name, which tells nothing of a machine. */
  private static String unique(Location location, Set<String> names) {
    if (location.commit().isPresent()) {
      return location.reference();
    }
    Path last = location.path().toAbsolutePath().normalize().getFileName();
    String name = last == null ? location.reference() : last.toString();
    String free = name;
    for (int i = 2; !names.add(free); i++) {
      free = name + "-" + i;
    }
    return free;
  }

  /** One line for each reason why the result must not be published; unknown licenses in one. */
  List<String> obstacles() {
    List<String> lines = new ArrayList<>();
    List<Finding> blocks =
        verdict.findings().stream().filter(f -> f.severity() == Severity.BLOCK).toList();
    List<String> unknown =
        blocks.stream().filter(MergeLicenses::unknown).map(Finding::subject).distinct().toList();
    if (!unknown.isEmpty()) {
      lines.add(
          "%s: no license is stated; the result must not be published before it is known"
              .formatted(String.join(", ", unknown)));
    }
    blocks.stream()
        .filter(f -> !unknown(f))
        .forEach(
            f ->
                lines.add(
                    "the result must not be published: %s: %s [%s]; %s"
                        .formatted(f.subject(), f.reason(), f.rule(), f.remedy())));
    return lines;
  }

  private static boolean unknown(Finding finding) {
    return finding.rule().equals("missing-license");
  }

  /** For the card. */
  MergeFacts facts(String title) {
    List<MergeFacts.Source> sources = new ArrayList<>();
    Set<String> bases = new LinkedHashSet<>();
    for (LicenseEvidence one : own) {
      boolean repository = one.commit().isPresent();
      sources.add(
          new MergeFacts.Source(
              one.subject(), repository, one.commit(), one.licenseName().or(one::license)));
      if (repository) {
        bases.add(one.subject());
      } else {
        bases.addAll(one.bases());
      }
    }
    // One unknown license makes that of the result unknown, whatever the others say.
    Optional<MergeFacts.License> license =
        verdict.license().equals("unknown")
                || verdict.findings().stream().anyMatch(MergeLicenses::unknown)
            ? Optional.empty()
            : Optional.of(
                new MergeFacts.License(
                    verdict.license(), verdict.licenseName(), verdict.licenseLink()));
    List<String> concerns = new ArrayList<>(obstacles());
    verdict.findings().stream()
        .filter(f -> f.severity() == Severity.WARN)
        .forEach(f -> concerns.add(f.subject() + ": " + f.reason()));
    return new MergeFacts(
        "Ingot " + Version.current(),
        license,
        List.copyOf(bases),
        sources,
        verdict.duties().stream()
            .map(d -> VerdictReport.sentence(d).replace("{name}", title))
            .distinct()
            .toList(),
        concerns,
        license.isEmpty()
            ? Map.of()
            : LicenseDocuments.of(
                chain, verdict, title, "Weights merged with Ingot " + Version.current() + "."));
  }
}
