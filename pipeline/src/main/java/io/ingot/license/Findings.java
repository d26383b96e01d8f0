package io.ingot.license;

import io.ingot.license.Verdict.Finding;
import io.ingot.license.Verdict.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What the rules have to say, each thing once. */
final class Findings {
  private final List<Finding> list = new ArrayList<>();

  void info(String rule, String subject, String reason, String remedy) {
    add(new Finding(Severity.INFO, rule, subject, reason, remedy));
  }

  void warn(String rule, String subject, String reason, String remedy) {
    add(new Finding(Severity.WARN, rule, subject, reason, remedy));
  }

  void block(String rule, String subject, String reason, String remedy) {
    add(new Finding(Severity.BLOCK, rule, subject, reason, remedy));
  }

  private void add(Finding finding) {
    if (!list.contains(finding)) {
      list.add(finding);
    }
  }

  /** The gravest first, otherwise in the order of the rules. */
  List<Finding> sorted() {
    return list.stream().sorted(Comparator.comparing(Finding::severity).reversed()).toList();
  }
}
