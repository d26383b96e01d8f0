package io.ingot.card;

import java.util.List;
import java.util.stream.Collectors;

/** Writes a card: the same facts give the same bytes. */
public final class CardWriter {
  private static final List<Section> SECTIONS =
      List.of(
          new SummarySection(),
          new DetailsSection(),
          new UsageSection(),
          new EvaluationSection(),
          new FilesSection(),
          new DataSection(),
          new TrainingSection(),
          new MergeSection(),
          new LimitationsSection(),
          new LicenseSection(),
          new ReproductionSection());

  private CardWriter() {}

  /** The whole README.md. */
  public static String write(CardFacts facts) {
    return CardFrontMatter.write(facts)
        + SECTIONS.stream()
            .map(section -> section.write(facts).strip())
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining("\n\n", "\n", "\n"));
  }
}
