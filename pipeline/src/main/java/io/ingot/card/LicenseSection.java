package io.ingot.card;

import io.ingot.license.LicenseEvidence;
import io.ingot.license.Verdict;
import io.ingot.license.Verdict.Duty;
import io.ingot.license.Verdict.Finding;
import io.ingot.license.Verdict.Severity;
import java.util.ArrayList;
import java.util.List;

/** The license chain, what it obliges to, and what a person has to know of it. */
final class LicenseSection implements Section {
  @Override
  public String write(CardFacts facts) {
    Verdict verdict = facts.verdict();
    StringBuilder text = new StringBuilder("## License and attribution\n\n");
    text.append("License: ")
        .append(Markdown.code(verdict.license()))
        .append(verdict.licenseName().map(name -> " (" + Markdown.text(name) + ")").orElse(""))
        .append(", see [LICENSE](LICENSE).\n");
    if (!facts.evidence().isEmpty()) {
      text.append('\n').append(chain(facts.evidence()));
    }
    lines(text, "Notices:", duties(verdict, "notice", facts));
    lines(text, "Attribution:", duties(verdict, "attribution", facts));
    lines(text, "Binding for whoever uses this model:", duties(verdict, "flow", facts));
    lines(text, "Use policies:", duties(verdict, "policy", facts));
    lines(text, "Limits:", duties(verdict, "limit", facts));
    lines(text, "Names of derivatives begin with:", duties(verdict, "naming", facts));
    lines(
        text,
        "To consider:",
        verdict.findings().stream()
            .filter(finding -> finding.severity() == Severity.WARN)
            .map((Finding finding) -> finding.subject() + ": " + finding.reason() + ".")
            .toList());
    return text.toString();
  }

  private static String chain(List<LicenseEvidence> evidence) {
    List<List<String>> rows = new ArrayList<>();
    for (LicenseEvidence one : evidence) {
      rows.add(
          List.of(
              Markdown.code(one.subject()),
              one.kind() == LicenseEvidence.Kind.MODEL ? "model" : "data",
              one.commit().map(Markdown::code).orElse(""),
              Markdown.text(
                  one.licenseName()
                      .or(one::license)
                      .orElse(one.kind() == LicenseEvidence.Kind.MODEL ? "see its files" : ""))));
    }
    return Markdown.table(List.of("Ancestor", "Kind", "Commit", "License"), rows);
  }

  private static List<String> duties(Verdict verdict, String kind, CardFacts facts) {
    return verdict.duties().stream()
        .filter(duty -> duty.kind().equals(kind))
        .map(Duty::text)
        .map(line -> line.replace("{name}", facts.title()))
        .distinct()
        .toList();
  }

  private static void lines(StringBuilder text, String heading, List<String> lines) {
    if (!lines.isEmpty()) {
      text.append('\n').append(heading).append("\n\n");
      lines.forEach(line -> text.append("- ").append(whole(line)).append('\n'));
    }
  }

  /** Lines that licenses dictate are never cut. */
  private static String whole(String line) {
    return line.replace("<", "&lt;").replaceAll("[\\s\\p{Cc}]+", " ");
  }
}
