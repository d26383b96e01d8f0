package io.ingot.license;

import java.util.List;

/** Non-commercial and research-only terms absorb; a company can often not use them at all. */
final class CommercialRule implements Rule {
  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    boolean company = publication.publisher().kind() == Publisher.Kind.COMPANY;
    for (Ancestor ancestor : chain.models()) {
      for (License license : ancestor.terms()) {
        String subject = ancestor.subject();
        if (license.company().isPresent()) {
          if (company) {
            findings.block(
                "no-company",
                subject,
                license.name() + ": " + license.company().get(),
                "choose another model, or buy a license of its publisher");
          } else {
            findings.warn(
                "research-only",
                subject,
                license.name() + " allows a person to pass it on for research only",
                "keep the result non-commercial");
          }
        } else if (license.commercial() == License.Commercial.NO) {
          String reason = "under " + license.name() + " the result may not be used commercially";
          if (company) {
            findings.warn(
                "non-commercial",
                subject,
                reason + "; what counts is the use, also a company's own",
                "confirm in the review that the purpose is not commercial");
          } else {
            findings.info("non-commercial", subject, reason, "keep the result non-commercial");
          }
        } else if (license.commercial() == License.Commercial.LIMITED) {
          findings.warn(
              "revenue-limit",
              subject,
              license.name() + " limits commercial use by revenue",
              "compare the publisher's revenue in the review");
        }
      }
    }
    mixed(chain.modelTerms(), findings);
  }

  private static void mixed(List<License> terms, Findings findings) {
    for (License a : terms) {
      for (License b : terms) {
        if (a.commercial() == License.Commercial.NO
            && a.share() != License.Share.FULL
            && b.commercial() != License.Commercial.NO
            && !b.permissive()
            && b.share() != License.Share.FULL) {
          findings.warn(
              "non-commercial-and-terms",
              a.id() + " + " + b.id(),
              "both bind: use is non-commercial, and "
                  + b.name()
                  + " asks for more than "
                  + a.name()
                  + " foresees",
              "confirm the combination in the review");
        }
      }
    }
  }
}
