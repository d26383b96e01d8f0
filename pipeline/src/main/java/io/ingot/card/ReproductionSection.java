package io.ingot.card;

/** Where the exact recipe and the machine-readable provenance lie. */
final class ReproductionSection implements Section {
  @Override
  public String write(CardFacts facts) {
    return "## Provenance\n\n"
        + "Made with "
        + Markdown.text(facts.tool())
        + ". The exact recipe lies in [recipe.yaml](recipe.yaml), the bill of materials (CycloneDX) in"
        + " [bom.cdx.json](bom.cdx.json), the build statement (in-toto, SLSA) in"
        + " [provenance.intoto.json](provenance.intoto.json).\n";
  }
}
