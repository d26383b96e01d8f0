package io.ingot.cli;

import io.ingot.license.Verdict;
import io.ingot.license.Verdict.Duty;
import io.ingot.license.Verdict.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A verdict as lines for a person. */
final class VerdictReport {
  private VerdictReport() {}

  static List<String> lines(String subject, Verdict verdict) {
    List<String> lines = new ArrayList<>();
    lines.add(
        subject
            + ": "
            + verdict.license()
            + verdict.licenseName().map(name -> " (" + name + ")").orElse("")
            + (verdict.blocked() ? ", must not be published" : ", may be published"));
    for (Finding finding : verdict.findings()) {
      lines.add(
          "  %-5s %s: %s [%s]"
              .formatted(
                  finding.severity().name().toLowerCase(Locale.ROOT),
                  finding.subject(),
                  finding.reason(),
                  finding.rule()));
      lines.add("        " + finding.remedy());
    }
    if (!verdict.duties().isEmpty()) {
      lines.add("  whoever publishes it has to:");
      for (Duty duty : verdict.duties()) {
        lines.add("  - " + sentence(duty) + " [" + duty.source() + "]");
      }
    }
    return lines;
  }

  static String sentence(Duty duty) {
    return switch (duty.kind()) {
      case "file" -> "ship " + duty.text();
      case "notice" -> "put into NOTICE: " + duty.text();
      case "attribution" -> "show: " + duty.text();
      case "naming" -> "begin the name with \"" + duty.text() + "\"";
      case "change" -> "say what was changed: " + duty.text();
      case "flow" -> "bind users: " + duty.text();
      case "policy" -> "pass on the use policy: " + duty.text();
      case "limit" -> "tell users: " + duty.text();
      default -> duty.kind() + ": " + duty.text();
    };
  }
}
