package io.ingot.step.card;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.card.CardFacts;
import io.ingot.card.CardFolder;
import io.ingot.license.License;
import io.ingot.license.LicenseCatalog;
import io.ingot.provenance.BuildFacts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The facts of a card as provenance wants them. */
final class Provenance {
  private Provenance() {}

  static BuildFacts of(CardFacts facts, List<CardFolder.Entry> entries, JsonNode recipe) {
    return new BuildFacts(
        facts.title(),
        Optional.of(facts.publisher().name()),
        facts.texts().summary(),
        terms(facts.verdict().licenseName().orElse(facts.verdict().license())),
        facts
            .main()
            .map(model -> model.config().path("architectures").path(0).asText(""))
            .filter(text -> !text.isEmpty()),
        "text-generation",
        facts.bases().stream()
            .map(
                base ->
                    new BuildFacts.Ancestor(
                        base.repository(), base.commit(), license(facts, base.repository())))
            .distinct()
            .toList(),
        facts.datasets().stream()
            .map(
                data ->
                    new BuildFacts.Data(
                        data.name(),
                        data.source(),
                        data.commit(),
                        data.sha256(),
                        data.license().map(Provenance::terms),
                        data.training()))
            .toList(),
        metrics(facts),
        entries.stream()
            .map(e -> new BuildFacts.File(e.path(), e.bytes(), e.sha256()))
            .sorted(Comparator.comparing(BuildFacts.File::path))
            .toList(),
        recipe,
        Tool.version());
  }

  private static Optional<BuildFacts.Terms> license(CardFacts facts, String repository) {
    return facts.evidence().stream()
        .filter(one -> one.subject().equals(repository))
        .findFirst()
        .flatMap(one -> one.licenseName().or(one::license))
        .map(Provenance::terms);
  }

  private static BuildFacts.Terms terms(String name) {
    Optional<License> license = LicenseCatalog.standard().find(name);
    return new BuildFacts.Terms(
        name, license.flatMap(License::spdx), license.flatMap(License::url));
  }

  /** Scores of the model in the root. */
  private static List<BuildFacts.Metric> metrics(CardFacts facts) {
    List<BuildFacts.Metric> metrics = new ArrayList<>();
    for (JsonNode evaluation : facts.evaluations().values()) {
      for (JsonNode model : evaluation.path("models")) {
        if (facts.main().map(m -> m.step().equals(model.path("name").asText())).orElse(false)) {
          for (Map.Entry<String, JsonNode> suite : model.path("scores").properties()) {
            for (Map.Entry<String, JsonNode> metric : suite.getValue().properties()) {
              metrics.add(
                  new BuildFacts.Metric(
                      metric.getKey(), metric.getValue().asText(), suite.getKey()));
            }
          }
        }
      }
    }
    return metrics;
  }
}
