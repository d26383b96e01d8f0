package io.ingot.license;

import io.ingot.license.Verdict.Duty;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the licenses of a chain ask of whoever passes the result on. */
final class Duties {
  private final Set<Duty> duties = new LinkedHashSet<>();

  private Duties() {}

  static List<Duty> of(Chain chain) {
    Duties duties = new Duties();
    chain.modelTerms().forEach(duties::texts);
    chain.models().forEach(duties::credit);
    chain.datasets().forEach(duties::data);
    NamingRule.strictest(NamingRule.demands(chain))
        .ifPresent(d -> duties.add("naming", d.license(), d.naming().prefix()));
    chain.modelTerms().stream()
        .flatMap(license -> license.limits().stream().map(limit -> new Bound(license, limit)))
        .sorted(Comparator.comparing(bound -> bound.limit().users().orElse(Long.MAX_VALUE)))
        .forEach(bound -> duties.add("limit", bound.license(), bound.limit().text()));
    return List.copyOf(new ArrayList<>(duties.duties));
  }

  private record Bound(License license, License.Limit limit) {}

  private void add(String kind, License license, String text) {
    duties.add(new Duty(kind, license.id(), text));
  }

  private void texts(License license) {
    for (String file : license.ship()) {
      add("file", license, file.equals("USE_POLICY") ? "USE_POLICY.md" : file);
    }
    license.notice().ifPresent(line -> add("notice", license, line));
    license.display().ifPresent(line -> add("attribution", license, line));
    license.changes().ifPresent(clause -> add("change", license, clause));
    license.flow().ifPresent(clause -> add("flow", license, clause));
    license.documentation().ifPresent(clause -> add("documentation", license, clause));
    license.policy().ifPresent(policy -> add("policy", license, policy));
  }

  private void credit(Ancestor ancestor) {
    for (License license : ancestor.terms()) {
      if (license.credit()) {
        add("attribution", license, credit(ancestor, license));
      }
    }
    if (ancestor.evidence().files().keySet().stream().anyMatch(LicenseFiles::isNotice)) {
      duties.add(new Duty("file", ancestor.subject(), "NOTICE"));
    }
  }

  private void data(Ancestor data) {
    for (License license : data.terms()) {
      if (license.credit()) {
        add("attribution", license, credit(data, license));
      }
      if (license.outputs() == License.Outputs.DISPLAY
          || license.outputs() == License.Outputs.NAMING) {
        license.display().ifPresent(line -> add("attribution", license, line));
      }
    }
  }

  private static String credit(Ancestor ancestor, License license) {
    return ancestor.subject()
        + ", "
        + license.name()
        + license.url().map(url -> " (" + url + ")").orElse("");
  }
}
