package io.ingot.license;

import io.ingot.license.Verdict.Duty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files that travel with a release: license texts copied verbatim from the ancestors, notices,
 * use policies. One text becomes LICENSE; several lie in LICENSES, and LICENSE says which governs
 * what.
 */
public final class LicenseDocuments {
  private final Chain chain;
  private final Verdict verdict;

  private LicenseDocuments(Chain chain, Verdict verdict) {
    this.chain = chain;
    this.verdict = verdict;
  }

  /**
   * Contents by file name.
   *
   * @param title name of the released model
   * @param changes one sentence that says who changed what
   */
  public static SortedMap<String, String> of(
      List<LicenseEvidence> evidence, Verdict verdict, String title, String changes) {
    Chain chain = new Resolution(LicenseCatalog.standard(), new Findings()).chain(evidence);
    LicenseDocuments documents = new LicenseDocuments(chain, verdict);
    SortedMap<String, String> files = new TreeMap<>();
    documents.licenses(title, files);
    files.put("NOTICE", documents.notice(title, changes));
    documents.policies(files);
    return files;
  }

  /** A verbatim text and what it governs. */
  private record Text(License license, List<String> subjects, String content, boolean verbatim) {}

  private void licenses(String title, SortedMap<String, String> files) {
    List<Text> texts = texts();
    if (texts.size() == 1 && texts.getFirst().verbatim()) {
      files.put("LICENSE", texts.getFirst().content());
      return;
    }
    StringBuilder guide = new StringBuilder();
    guide
        .append(title)
        .append(
            texts.size() == 1
                ? " is governed by this license:\n"
                : " is governed by these licenses, all of which bind:\n");
    Map<String, Integer> numbers = new LinkedHashMap<>();
    for (Text text : texts) {
      guide.append("\n- ").append(text.license().name());
      text.license().url().ifPresent(url -> guide.append(" (").append(url).append(')'));
      guide.append("\n  for what comes from ").append(String.join(", ", text.subjects()));
      if (text.verbatim()) {
        int number = numbers.merge(text.license().id(), 1, Integer::sum);
        String name =
            "LICENSES/" + text.license().id() + (number == 1 ? "" : "-" + number) + ".txt";
        guide.append("\n  text: ").append(name);
        files.put(name, text.content());
      }
      guide.append('\n');
    }
    files.put("LICENSE", guide.toString());
  }

  private List<Text> texts() {
    List<Text> texts = new ArrayList<>();
    for (License license : chain.modelTerms()) {
      Map<String, List<String>> copies = new LinkedHashMap<>();
      List<String> without = new ArrayList<>();
      for (Ancestor ancestor : chain.models()) {
        if (ancestor.terms().contains(license)) {
          List<String> own = copies(ancestor, license);
          own.forEach(
              text -> copies.computeIfAbsent(text, t -> new ArrayList<>()).add(ancestor.subject()));
          if (own.isEmpty()) {
            without.add(ancestor.subject());
          }
        }
      }
      if (copies.isEmpty()) {
        StandardText.of(license).ifPresent(text -> copies.put(text, List.copyOf(without)));
      }
      copies.forEach((text, subjects) -> texts.add(new Text(license, subjects, text, true)));
      if (copies.isEmpty()) {
        texts.add(new Text(license, without, "", false));
      }
    }
    return texts;
  }

  /** Texts of this license in an ancestor; where none is recognized, the only license file. */
  private static List<String> copies(Ancestor ancestor, License license) {
    List<String> recognized = new ArrayList<>();
    List<String> other = new ArrayList<>();
    ancestor
        .evidence()
        .files()
        .forEach(
            (name, text) -> {
              if (LicenseFiles.isLicense(name)) {
                boolean same =
                    LicenseCatalog.standard().ofText(text).map(license::equals).orElse(false);
                (same ? recognized : other).add(text);
              }
            });
    return recognized.isEmpty() && ancestor.terms().size() == 1 ? other : recognized;
  }

  private String notice(String title, String changes) {
    StringBuilder text = new StringBuilder(title).append("\n\n").append(changes).append('\n');
    Set<String> lines = new LinkedHashSet<>();
    for (Duty duty : verdict.duties()) {
      if (duty.kind().equals("notice") || duty.kind().equals("attribution")) {
        lines.add(duty.text().replace("{name}", title));
      }
    }
    if (!lines.isEmpty()) {
      text.append('\n');
      lines.forEach(line -> text.append(line).append('\n'));
    }
    Set<String> seen = new LinkedHashSet<>();
    for (Ancestor ancestor : chain.all().toList()) {
      ancestor
          .evidence()
          .files()
          .forEach(
              (name, content) -> {
                if (LicenseFiles.isNotice(name) && seen.add(content.strip())) {
                  text.append("\n--- ")
                      .append(name)
                      .append(" of ")
                      .append(ancestor.subject())
                      .append(" ---\n\n")
                      .append(content.strip())
                      .append('\n');
                }
              });
    }
    return text.toString();
  }

  private void policies(SortedMap<String, String> files) {
    Map<String, String> policies = new LinkedHashMap<>();
    for (Ancestor ancestor : chain.models()) {
      ancestor
          .evidence()
          .files()
          .forEach(
              (name, content) -> {
                if (LicenseFiles.isPolicy(name)) {
                  policies.putIfAbsent(
                      content,
                      ancestor.terms().isEmpty() ? "base" : ancestor.terms().getFirst().id());
                }
              });
    }
    if (policies.size() == 1) {
      files.put("USE_POLICY.md", policies.keySet().iterator().next());
    } else {
      int number = 0;
      for (Map.Entry<String, String> policy : policies.entrySet()) {
        String name = "USE_POLICY-" + policy.getValue() + ".md";
        number++;
        files.put(
            files.containsKey(name)
                ? "USE_POLICY-" + policy.getValue() + "-" + number + ".md"
                : name,
            policy.getKey());
      }
    }
  }
}
