package io.ingot.license;

import java.util.List;
import java.util.TreeSet;

/** A share-alike license admits no terms beside its own, unless it names them. */
final class ShareAlikeRule implements Rule {
  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    List<License> terms = chain.modelTerms();
    for (int i = 0; i < terms.size(); i++) {
      for (int j = i + 1; j < terms.size(); j++) {
        pair(terms.get(i), terms.get(j), findings);
      }
    }
  }

  private static void pair(License a, License b, Findings findings) {
    if (a.incompatible().contains(b.id()) || b.incompatible().contains(a.id())) {
      findings.block(
          "incompatible",
          a.id() + " + " + b.id(),
          a.name() + " and " + b.name() + " cannot both be met",
          remedy());
    } else if (full(a) || full(b)) {
      share(full(a) ? a : b, full(a) ? b : a, findings);
    }
  }

  private static void share(License sharing, License other, Findings findings) {
    if (goesInto(sharing, other) || goesInto(other, sharing)) {
      License result = goesInto(sharing, other) ? other : sharing;
      findings.warn(
          "share-alike",
          sharing.id() + " + " + other.id(),
          "the two meet in one direction only: the result is under " + result.name(),
          "confirm it in the review");
    } else if (full(other)) {
      block(sharing, other, "both ask that the result be under their own terms only", findings);
    } else {
      TreeSet<String> more = new TreeSet<>(other.restrictions());
      more.removeAll(sharing.restrictions());
      if (!more.isEmpty()) {
        block(
            sharing,
            other,
            sharing.name()
                + " ("
                + String.join(", ", sharing.clauses())
                + ") admits no further terms, and "
                + other.name()
                + " demands: "
                + String.join(", ", more),
            findings);
      }
    }
  }

  private static void block(License a, License b, String reason, Findings findings) {
    findings.block("share-alike", a.id() + " + " + b.id(), reason, remedy());
  }

  private static String remedy() {
    return "leave one of the two out of the recipe";
  }

  private static boolean full(License license) {
    return license.share() == License.Share.FULL;
  }

  private static boolean goesInto(License a, License b) {
    return a.shareInto().contains(b.id());
  }
}
