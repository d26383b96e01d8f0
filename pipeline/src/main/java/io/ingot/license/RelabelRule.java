package io.ingot.license;

/** A label that is freer than what the model was made from does not set anybody free. */
final class RelabelRule implements Rule {
  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    for (Ancestor child : chain.models()) {
      for (Ancestor parent : chain.models()) {
        if (child == parent || !chain.descends(child, parent) || child.terms().isEmpty()) {
          continue;
        }
        for (License terms : parent.terms()) {
          if (!terms.permissive() && !child.terms().contains(terms)) {
            findings.warn(
                "relabeled",
                child.subject(),
                "it says "
                    + child.terms().getFirst().id()
                    + ", but comes from "
                    + parent.subject()
                    + ", whose "
                    + terms.name()
                    + " binds it as well",
                "nothing to do here: the terms of both are carried on");
          }
        }
      }
    }
  }
}
