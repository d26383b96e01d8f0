package io.ingot.license;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Some licenses dictate how the name of the result begins. */
final class NamingRule implements Rule {
  /** A demand on the name, and who makes it. */
  record Demand(Ancestor ancestor, License license, License.Naming naming) {}

  /** What the chain asks of the name. */
  static List<Demand> demands(Chain chain) {
    List<Demand> demands = new ArrayList<>();
    chain
        .all()
        .forEach(
            ancestor ->
                ancestor.terms().stream()
                    .filter(
                        license ->
                            ancestor.isModel() || license.outputs() == License.Outputs.NAMING)
                    .forEach(
                        license ->
                            license
                                .naming()
                                .ifPresent(
                                    naming -> demands.add(new Demand(ancestor, license, naming)))));
    return demands;
  }

  /** The most demanding of them: "Llama 3" satisfies "Llama" as well. */
  static Optional<Demand> strictest(List<Demand> demands) {
    return demands.stream().max(Comparator.comparing(d -> d.naming().prefix().length()));
  }

  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    List<Demand> demands = demands(chain);
    if (demands.isEmpty()) {
      return;
    }
    Demand strictest = strictest(demands).orElseThrow();
    for (Demand demand : demands) {
      if (!strictest.naming().prefix().startsWith(demand.naming().prefix())) {
        findings.block(
            "naming-conflict",
            demand.license().id() + " + " + strictest.license().id(),
            "the name would have to begin both with \""
                + demand.naming().prefix()
                + "\" and with \""
                + strictest.naming().prefix()
                + "\"",
            "leave one of the two out of the recipe");
        return;
      }
    }
    String name = publication.modelName().orElse("");
    if (!name.isEmpty() && !strictest.naming().accepts(name)) {
      String organization =
          publication.repository().get().contains("/")
              ? publication
                  .repository()
                  .get()
                  .substring(0, publication.repository().get().lastIndexOf('/') + 1)
              : "";
      findings.block(
          "naming",
          strictest.ancestor().subject(),
          strictest.license().name()
              + ", "
              + strictest.naming().clause()
              + "; '"
              + name
              + "' does not",
          "publish it as " + organization + strictest.naming().propose(name));
    }
  }
}
