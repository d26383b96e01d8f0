package io.ingot.license;

import java.util.List;

/**
 * Joins the licenses of all ancestors: grants intersect, conditions add up, thresholds take the
 * minimum. Facts and caution, not legal advice: what is unsettled becomes a warning for the person
 * who reviews, what is impossible or unknown blocks. Thread-safe.
 */
public final class LicenseEngine {
  private static final List<Rule> RULES =
      List.of(
          new CycleRule(),
          new RelabelRule(),
          new DerivativesRule(),
          new ShareAlikeRule(),
          new ImprovingRule(),
          new CommercialRule(),
          new TerritoryRule(),
          new NamingRule(),
          new FlowDownRule(),
          new DataRule(),
          new UnsettledRule(),
          new MissingTextRule());

  private final LicenseCatalog catalog;

  public LicenseEngine(LicenseCatalog catalog) {
    this.catalog = catalog;
  }

  /** With the catalog that ships with Ingot. */
  public static LicenseEngine standard() {
    return new LicenseEngine(LicenseCatalog.standard());
  }

  /**
   * Judges a chain.
   *
   * @param ancestors every model and dataset that the result is made of, bases of bases included; a
   *     base that is declared but not among them blocks, unless its name is known
   * @param publication who publishes, and under which name
   */
  public Verdict judge(List<LicenseEvidence> ancestors, Publication publication) {
    Findings findings = new Findings();
    Chain chain = new Resolution(catalog, findings).chain(ancestors);
    RULES.forEach(rule -> rule.check(chain, publication, findings));
    Label label = Label.of(chain);
    return new Verdict(
        label.license(), label.name(), label.link(), findings.sorted(), Duties.of(chain));
  }
}
