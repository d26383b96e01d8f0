package io.ingot.step.card;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.card.ArtifactFiles;
import io.ingot.card.CardFacts;
import io.ingot.card.CardFolder;
import io.ingot.card.CardLint;
import io.ingot.card.CardWriter;
import io.ingot.card.LintReport;
import io.ingot.card.Release;
import io.ingot.error.IngotException;
import io.ingot.license.LicenseDocuments;
import io.ingot.license.LicenseEvidence;
import io.ingot.license.LicenseJson;
import io.ingot.license.Verdict;
import io.ingot.provenance.BuildFacts;
import io.ingot.provenance.BuildStatement;
import io.ingot.provenance.MlBom;
import io.ingot.step.Parameters;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.step.StepOutcome;
import io.ingot.store.ContentDigest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes the documents of a release and the list of its files. The output holds README.md, license
 * documents, recipe, evaluation, bill of materials, build statement, and {@code card.json}.
 */
public final class CardStep implements Step {
  @Override
  public String kind() {
    return "card";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public StepOutcome run(StepContext context) throws IOException, InterruptedException {
    CardParameters parameters = Parameters.decode(context.parameters(), CardParameters.class);
    Subjects subjects = Subjects.of(parameters);
    Verdict verdict = subjects.verdict();
    if (verdict.blocked()) {
      throw IngotException.blocked(
          "the licenses forbid to publish this: " + verdict.findings().getFirst().reason());
    }
    SequencedMap<String, ArtifactFiles> artifacts = artifacts(context, parameters);
    Release release = Release.of(artifacts);
    context.checkCancelled();

    List<CardFolder.Entry> entries = new ArrayList<>();
    for (Map.Entry<String, Release.Source> file : release.files().entrySet()) {
      Release.Source source = file.getValue();
      FileHashes hashes = new FileHashes(context.input("artifact:" + source.artifact()).path());
      entries.add(
          new CardFolder.Entry(
              file.getKey(),
              source.artifact(),
              source.path(),
              Files.size(source.file()),
              hashes.sha256(source.path(), source.file())));
      context.checkCancelled();
    }

    ReleaseFacts reading = new ReleaseFacts(parameters, context.inputs(), subjects.evidence());
    SortedMap<String, String> documents = new TreeMap<>();
    documents.put("recipe.yaml", Recipe.write(parameters));
    evaluations(context, documents);
    CleanConfig.rewrite(release, parameters, documents);
    Optional<CardFacts.ModelFacts> main = main(artifacts);
    CardFacts facts = reading.collect(main, published(entries), verdict, Tool.name());
    documents.putAll(
        LicenseDocuments.of(subjects.evidence(), verdict, facts.title(), Changes.sentence(facts)));
    for (Map.Entry<String, String> document : documents.entrySet()) {
      add(context.output(), document.getKey(), document.getValue(), entries);
    }
    String card = CardWriter.write(facts(reading, main, entries, verdict));
    LintReport lint = CardLint.lint(card, "README.md");
    if (!lint.passes()) {
      throw IngotException.failed(
          "the card would not be fit to publish: " + String.join("; ", lint.failures()));
    }
    add(context.output(), "README.md", card, entries);
    BuildFacts build = Provenance.of(facts, entries, Recipe.tree(parameters));
    add(context.output(), "bom.cdx.json", MlBom.write(build), entries);
    BuildFacts whole = Provenance.of(facts, entries, Recipe.tree(parameters));
    add(context.output(), "provenance.intoto.json", BuildStatement.write(whole), entries);
    entries.sort(java.util.Comparator.comparing(CardFolder.Entry::path));
    new CardFolder(
            CardFolder.FORMAT, facts.title(), verdict.license(), lint.score(), List.copyOf(entries))
        .write(context.output());
    return StepOutcome.done("%d files, lint %d of 100".formatted(entries.size(), lint.score()));
  }

  private static CardFacts facts(
      ReleaseFacts reading,
      Optional<CardFacts.ModelFacts> main,
      List<CardFolder.Entry> entries,
      Verdict verdict)
      throws IOException {
    return reading.collect(main, published(entries), verdict, Tool.name());
  }

  private static List<CardFacts.PublishedFile> published(List<CardFolder.Entry> entries) {
    return entries.stream()
        .map(e -> new CardFacts.PublishedFile(e.path(), e.bytes(), e.sha256(), e.artifact()))
        .toList();
  }

  private static SequencedMap<String, ArtifactFiles> artifacts(
      StepContext context, CardParameters parameters) throws IOException {
    SequencedMap<String, ArtifactFiles> artifacts = new LinkedHashMap<>();
    for (String name : parameters.artifacts()) {
      StepInput input = context.input("artifact:" + name);
      boolean pulled = input.kind().equals("pull") || input.kind().equals("external");
      artifacts.put(name, ArtifactFiles.list(name, input.path(), pulled));
    }
    return artifacts;
  }

  private static Optional<CardFacts.ModelFacts> main(SequencedMap<String, ArtifactFiles> artifacts)
      throws IOException {
    for (ArtifactFiles artifact : artifacts.values()) {
      if (!artifact.ggufOnly()) {
        return Optional.of(ModelReading.of(artifact));
      }
    }
    return Optional.empty();
  }

  private static void evaluations(StepContext context, SortedMap<String, String> documents)
      throws IOException {
    TreeMap<String, Path> reports = new TreeMap<>();
    for (Map.Entry<String, StepInput> input : context.inputs().entrySet()) {
      Path report = input.getValue().path().resolve("evaluation.json");
      if (input.getValue().kind().equals("evaluate") && Files.isRegularFile(report)) {
        reports.put(input.getKey().substring(input.getKey().indexOf(':') + 1), report);
      }
    }
    for (Map.Entry<String, Path> report : reports.entrySet()) {
      documents.put(
          reports.size() == 1 ? "evaluation.json" : "evaluation-" + report.getKey() + ".json",
          Files.readString(report.getValue()));
    }
  }

  /** Writes a document, which takes the place of an artifact's file of the same path. */
  private static void add(Path folder, String path, String text, List<CardFolder.Entry> entries)
      throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Files.write(file, bytes);
    entries.removeIf(entry -> entry.path().equals(path));
    entries.add(
        new CardFolder.Entry(path, CardFolder.OWN, path, bytes.length, ContentDigest.ofFile(file)));
  }

  /** What the licenses say, without paths of this machine. */
  private record Subjects(List<LicenseEvidence> evidence, Verdict verdict) {
    static Subjects of(CardParameters parameters) {
      List<LicenseEvidence> evidence = new ArrayList<>();
      String verdict = parameters.verdict().toString();
      List<JsonNode> given = parameters.evidence();
      for (JsonNode tree : given == null ? List.<JsonNode>of() : given) {
        LicenseEvidence one = LicenseJson.evidence(tree);
        String subject = one.subject();
        if (subject.startsWith("/") || subject.contains("\\") || subject.startsWith(".")) {
          String name = subject.replaceAll(".*[/\\\\](?=[^/\\\\])", "");
          verdict = verdict.replace(subject, name);
          one =
              new LicenseEvidence(
                  name,
                  one.kind(),
                  one.commit(),
                  one.license(),
                  one.licenseName(),
                  one.licenseLink(),
                  one.files(),
                  one.bases());
        }
        evidence.add(one);
      }
      return new Subjects(List.copyOf(evidence), LicenseJson.verdict(Parameters.parse(verdict)));
    }
  }
}
