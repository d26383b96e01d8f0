package io.ingot.license;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Some grants are withheld from people and companies of some countries. */
final class TerritoryRule implements Rule {
  private static final Set<String> UNION =
      Set.of(
          "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT",
          "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE");

  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    for (Ancestor ancestor : chain.models()) {
      for (License license : ancestor.terms()) {
        license
            .territory()
            .filter(territory -> applies(territory, ancestor.subject()))
            .ifPresent(
                territory ->
                    check(ancestor, license, territory, publication.publisher(), findings));
      }
    }
  }

  private static boolean applies(License.Territory territory, String subject) {
    return territory.only().map(only -> Pattern.compile(only).matcher(subject).find()).orElse(true);
  }

  private static void check(
      Ancestor ancestor,
      License license,
      License.Territory territory,
      Publisher publisher,
      Findings findings) {
    Optional<String> country =
        publisher.jurisdiction().map(c -> c.strip().toUpperCase(Locale.ROOT));
    if (country.isEmpty()) {
      findings.block(
          "territory",
          ancestor.subject(),
          license.name() + ": " + territory.clause() + "; where the publisher sits is not known",
          "say it: publisher: {jurisdiction: CODE}, a country code of ISO 3166");
    } else if (excluded(territory.excluded(), country.get())) {
      findings.block(
          "territory",
          ancestor.subject(),
          license.name() + ": " + territory.clause() + "; the publisher sits in " + country.get(),
          "choose another model");
    } else {
      findings.warn(
          "territory",
          ancestor.subject(),
          license.name() + ": " + territory.clause() + "; a Hub can be reached from everywhere",
          "say it in the card, and gate the repository");
    }
  }

  private static boolean excluded(List<String> excluded, String country) {
    String code = country.equals("UK") ? "GB" : country;
    return excluded.contains(code) || excluded.contains("EU") && UNION.contains(code);
  }
}
