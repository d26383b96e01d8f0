package io.ingot.license;

import java.util.List;

/** Clauses that must bind the users of the result, and those of several licenses at once. */
final class FlowDownRule implements Rule {
  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    List<License> flowing =
        chain.modelTerms().stream().filter(l -> l.share() == License.Share.FLOW).toList();
    if (flowing.size() > 1) {
      findings.warn(
          "flow-down",
          String.join(" + ", flowing.stream().map(License::id).toList()),
          "the restrictions of all of them must bind the users of the result",
          "confirm the combination in the review");
    }
    for (License license : flowing) {
      license
          .flow()
          .ifPresent(
              clause -> findings.info("flow-down", license.id(), clause, "the card says so"));
    }
  }
}
