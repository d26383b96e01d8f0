package io.ingot.license;

import java.util.List;

/**
 * Some licenses forbid to improve models of another family with theirs, by merging as well as by
 * training on outputs.
 */
final class ImprovingRule implements Rule {
  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    for (Ancestor source : chain.all().toList()) {
      for (License license : source.terms()) {
        license.improving().ifPresent(ban -> check(chain, source, license, ban, findings));
      }
    }
  }

  private static void check(
      Chain chain, Ancestor source, License license, License.Improving ban, Findings findings) {
    for (Ancestor other : chain.models()) {
      if (other == source
          || inFamily(chain, other, ban.family())
          || source.isModel() && chain.descends(source, other)) {
        continue;
      }
      String reason =
          license.name() + ", " + ban.clause() + "; " + other.subject() + " is of another family";
      if (inFamily(chain, other, ban.uncertain())) {
        findings.warn(
            "improves-other-models",
            source.subject(),
            reason + ", though a later one of the same publisher",
            "decide in the review");
      } else {
        findings.block(
            "improves-other-models",
            source.subject(),
            reason,
            source.isModel()
                ? "leave one of the two out of the merge"
                : "train on other data, or tune a model of its own family");
      }
    }
  }

  private static boolean inFamily(Chain chain, Ancestor model, List<String> family) {
    return model.isUnder(family)
        || chain.models().stream()
            .anyMatch(base -> base.isUnder(family) && chain.descends(model, base));
  }
}
