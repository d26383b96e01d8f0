package io.ingot.license;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * From what an ancestor says about its license to the terms that bind it. The files are believed
 * first, then the label; where they disagree a person has to decide.
 */
final class Resolution {
  /** Labels that name a family of licenses, or none at all: the file decides. */
  private static final Set<String> VAGUE =
      Set.of("other", "unknown", "cc", "bsd", "gpl", "lgpl", "openrail");

  private final LicenseCatalog catalog;
  private final Findings findings;

  Resolution(LicenseCatalog catalog, Findings findings) {
    this.catalog = catalog;
    this.findings = findings;
  }

  /** The chain of these ancestors and of the bases that they declare. */
  Chain chain(List<LicenseEvidence> evidence) {
    List<Ancestor> ancestors = new ArrayList<>();
    Set<String> known = new LinkedHashSet<>();
    for (LicenseEvidence one : evidence) {
      ancestors.add(new Ancestor(one, terms(one)));
      known.add(Ancestor.key(one.subject()));
    }
    for (LicenseEvidence one : evidence) {
      for (String base : one.bases()) {
        if (one.kind() == LicenseEvidence.Kind.MODEL && known.add(Ancestor.key(base))) {
          ancestors.add(declared(one, base));
        }
      }
    }
    return new Chain(ancestors);
  }

  /** A base that is named but was not read. */
  private Ancestor declared(LicenseEvidence child, String base) {
    LicenseEvidence evidence =
        new LicenseEvidence(
            base,
            LicenseEvidence.Kind.MODEL,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            java.util.Collections.emptySortedMap(),
            List.of());
    Optional<License> license = catalog.ofModel(base);
    if (license.isPresent()) {
      findings.warn(
          "recognized-ancestor",
          base,
          child.subject()
              + " declares it as its base; it was not read, but is known to be under "
              + license.get().name(),
          "make " + base + " readable to carry its own license files");
      return new Ancestor(evidence, List.of(license.get()));
    }
    findings.block(
        "unread-ancestor",
        base,
        child.subject() + " declares it as its base, and its license could not be read",
        "make " + base + " readable (on the Hub of the job, or as a folder) and plan again");
    return new Ancestor(evidence, List.of());
  }

  private List<License> terms(LicenseEvidence evidence) {
    Map<String, License> texts = recognizedTexts(evidence);
    List<String> labels = labels(evidence);
    Set<License> named = new LinkedHashSet<>();
    for (String label : labels) {
      if (VAGUE.contains(label.toLowerCase(Locale.ROOT))) {
        evidence.licenseName().flatMap(catalog::find).ifPresent(named::add);
      } else {
        Optional<License> license = catalog.find(label);
        license.ifPresent(named::add);
        if (license.isEmpty()) {
          unknownLabel(evidence, label);
        }
      }
    }
    if (labels.size() > 1) {
      findings.warn(
          "ambiguous-license",
          evidence.subject(),
          "it names several licenses (" + String.join(", ", labels) + "), and or or: all bind here",
          "compare its license files");
    }
    if (named.isEmpty() && texts.isEmpty()) {
      nothingKnown(evidence, labels);
    }
    compare(evidence, named, texts);
    if (texts.isEmpty() && hasText(evidence) && !named.isEmpty()) {
      findings.warn(
          "unrecognized-text",
          evidence.subject(),
          "its license file has not the words of " + named.iterator().next().name(),
          "read it: it may be a changed version");
    }
    Set<License> terms = new LinkedHashSet<>(named);
    terms.addAll(texts.values());
    return List.copyOf(terms);
  }

  private Map<String, License> recognizedTexts(LicenseEvidence evidence) {
    Map<String, License> texts = new LinkedHashMap<>();
    evidence
        .files()
        .forEach(
            (file, text) -> {
              if (LicenseFiles.isLicense(file)) {
                catalog.ofText(text).ifPresent(license -> texts.put(file, license));
              }
            });
    return texts;
  }

  private static boolean hasText(LicenseEvidence evidence) {
    return evidence.files().keySet().stream().anyMatch(LicenseFiles::isLicense);
  }

  private static List<String> labels(LicenseEvidence evidence) {
    return evidence.license().stream()
        .flatMap(label -> List.of(label.split("\\s+AND\\s+")).stream())
        .map(String::strip)
        .filter(label -> !label.isEmpty())
        .toList();
  }

  /** The label says one thing and the file another. */
  private void compare(LicenseEvidence evidence, Set<License> named, Map<String, License> texts) {
    for (Map.Entry<String, License> text : texts.entrySet()) {
      if (named.isEmpty() || named.contains(text.getValue())) {
        continue;
      }
      String reason =
          "its card says "
              + named.stream().map(License::id).collect(Collectors.joining(", "))
              + ", its file "
              + text.getKey()
              + " is the text of "
              + text.getValue().id();
      String remedy =
          "have " + evidence.subject() + " corrected, or read both and keep one of them";
      if (evidence.kind() == LicenseEvidence.Kind.DATASET
          || !named.isEmpty() && texts.containsValue(named.iterator().next())) {
        findings.warn("license-mismatch", evidence.subject(), reason, remedy);
      } else {
        findings.block("license-mismatch", evidence.subject(), reason, remedy);
      }
    }
  }

  private void unknownLabel(LicenseEvidence evidence, String label) {
    String reason =
        "its license '"
            + label
            + "' is "
            + (catalog.hubIds().contains(label.toLowerCase(Locale.ROOT))
                ? "known to the Hub, but its terms are not in the catalog"
                : "no known license");
    report(evidence, "unknown-license", reason, remedy(label));
  }

  private void nothingKnown(LicenseEvidence evidence, List<String> labels) {
    if (labels.isEmpty()) {
      String files = hasText(evidence) ? "; the words of its license file are not known" : "";
      report(
          evidence,
          hasText(evidence) ? "unknown-license" : "missing-license",
          "it names no license" + files + ": all rights are reserved",
          evidence.kind() == LicenseEvidence.Kind.DATASET
              ? "ask its publisher"
              : "choose a model with a license, or add 'license:' to the card of your own");
    } else if (labels.stream().anyMatch(label -> VAGUE.contains(label.toLowerCase(Locale.ROOT)))) {
      String label = labels.getFirst();
      String name = evidence.licenseName().map(n -> " (license_name '" + n + "')").orElse("");
      report(
          evidence,
          "unknown-license",
          "its license '"
              + label
              + "'"
              + name
              + " does not say which one, nor does any of its files",
          remedy(evidence.licenseName().orElse(label)));
    }
  }

  private static String remedy(String label) {
    return "read its text; to make its terms known, describe them in configs/licenses/"
        + label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.+-]+", "-")
        + ".yaml";
  }

  /** Weights are bound by the license of a model; what a data license means for them is open. */
  private void report(LicenseEvidence evidence, String rule, String reason, String remedy) {
    if (evidence.kind() == LicenseEvidence.Kind.MODEL) {
      findings.block(rule, evidence.subject(), reason, remedy);
    } else if (evidence.commit().isPresent()) {
      findings.warn(rule, evidence.subject(), reason, remedy);
    } else {
      findings.info(
          rule, evidence.subject(), "it is data of your own that names no license", remedy);
    }
  }
}
