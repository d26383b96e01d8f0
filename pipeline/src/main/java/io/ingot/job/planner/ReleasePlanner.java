package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.job.JobSpec;
import io.ingot.job.StepKind;
import io.ingot.job.StepSpec;
import io.ingot.license.EvidenceReader;
import io.ingot.license.LicenseEngine;
import io.ingot.license.LicenseEvidence;
import io.ingot.license.LicenseJson;
import io.ingot.license.Publication;
import io.ingot.license.Publisher;
import io.ingot.license.Verdict;
import io.ingot.run.InputRef;
import io.ingot.run.PlannedStep;
import io.ingot.step.Parameters;
import io.ingot.step.card.CardParameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.TreeMap;

/** Adds card, review and publication, and has the licenses judged. */
final class ReleasePlanner {
  private final JobSpec job;
  private final Sources sources;
  private final Graph graph;
  private final LicenseEngine licenses;
  private final Policy policy;
  private final Hub hub;

  ReleasePlanner(
      JobSpec job, Sources sources, Graph graph, LicenseEngine licenses, Policy policy, Hub hub) {
    this.job = job;
    this.sources = sources;
    this.graph = graph;
    this.licenses = licenses;
    this.policy = policy;
    this.hub = hub;
  }

  Release add(StepSpec step) {
    JsonNode body = step.body();
    boolean reviewed = body.path("review").asText().equals("required");
    boolean toFolder = body.path("to").hasNonNull("path");
    if (!reviewed && !policy.allowsUnreviewed(toFolder)) {
      throw IngotException.blocked(
          job.place(step.path("review"))
              + ": error: "
              + step.path("review")
              + ": configs/policy.yaml does not allow to publish without a review");
    }
    List<String> artifacts = new ArrayList<>();
    body.get("artifacts").forEach(artifact -> artifacts.add(artifact.asText()));
    SequencedSet<String> ancestors = new LinkedHashSet<>();
    artifacts.forEach(artifact -> ancestors.addAll(graph.ancestors(artifact)));
    List<String> evaluations = evaluations(ancestors);

    List<PinnedModel> models =
        sources.models().values().stream().filter(m -> ancestors.contains(m.pull())).toList();
    List<PinnedDataset> trained = datasets(ancestors);
    List<LicenseEvidence> evidence = evidence(models, trained, ancestors);
    Publication publication = publication(body);
    Verdict verdict = licenses.judge(evidence, publication);

    SequencedSet<String> told = new LinkedHashSet<>(ancestors);
    told.addAll(evaluations);
    card(step, artifacts, told, verdict, evidence, models, publication);
    publish(step, artifacts, evaluations, reviewed);
    List<String> names = new ArrayList<>();
    evidence.forEach(one -> names.add(one.subject()));
    String target = publication.repository().orElseGet(() -> body.get("to").get("path").asText());
    return new Release(step.name(), target, names, verdict);
  }

  /** Evaluations that measure something of what is published. */
  private List<String> evaluations(SequencedSet<String> ancestors) {
    return job.steps().values().stream()
        .filter(step -> step.kind() == StepKind.EVALUATE)
        .filter(
            step -> {
              for (JsonNode model : step.body().get("models")) {
                if (ancestors.contains(model.asText())) {
                  return true;
                }
              }
              return false;
            })
        .map(StepSpec::name)
        .toList();
  }

  /** Datasets that the steps of this set read. */
  private List<PinnedDataset> datasets(SequencedSet<String> steps) {
    SequencedSet<String> names = new LinkedHashSet<>();
    for (StepSpec step : job.steps().values()) {
      if (steps.contains(step.name())) {
        References.of(job, step).stream()
            .filter(reference -> reference.wants() == Reference.Wants.DATASET)
            .forEach(reference -> names.add(reference.name()));
      }
    }
    return names.stream().map(sources::dataset).toList();
  }

  private List<LicenseEvidence> evidence(
      List<PinnedModel> models, List<PinnedDataset> trained, SequencedSet<String> steps) {
    EvidenceReader reader = new EvidenceReader();
    List<LicenseEvidence> evidence = new ArrayList<>();
    for (PinnedModel model : models) {
      evidence.add(
          model.repo().isPresent()
              ? reader.fromHub(hub, model.repo().get())
              : reader.fromFolder(
                  model.folder().orElseThrow(),
                  model.name(),
                  LicenseEvidence.Kind.MODEL,
                  Optional.empty()));
    }
    for (PinnedDataset dataset : trained) {
      dataset.repo().ifPresent(repo -> evidence.add(reader.fromHub(hub, repo)));
    }
    for (StepSpec step : job.steps().values()) {
      if (steps.contains(step.name())
          && step.body().hasNonNull("init_adapter")
          && References.isAdapterFolder(job, step)) {
        String folder = step.body().get("init_adapter").asText();
        evidence.add(
            reader.fromFolder(
                job.resolve(folder), folder, LicenseEvidence.Kind.MODEL, Optional.empty()));
      }
    }
    return reader.withBases(hub, evidence);
  }

  private Publication publication(JsonNode body) {
    var publisher = job.publisher().orElseThrow();
    return new Publication(
        new Publisher(
            publisher.name(),
            Publisher.Kind.valueOf(publisher.kind().name()),
            Optional.ofNullable(publisher.jurisdiction())),
        Optional.ofNullable(body.path("to").path("hub").textValue()));
  }

  private void card(
      StepSpec step,
      List<String> artifacts,
      SequencedSet<String> told,
      Verdict verdict,
      List<LicenseEvidence> evidence,
      List<PinnedModel> models,
      Publication publication) {
    SequencedMap<String, InputRef> inputs = new LinkedHashMap<>();
    artifacts.forEach(name -> inputs.put("artifact:" + name, new InputRef.Output(name)));
    told.forEach(name -> inputs.put("step:" + name, new InputRef.Output(name)));
    Map<String, CardParameters.ModelFact> modelFacts = new TreeMap<>();
    models.forEach(
        model ->
            modelFacts.put(
                model.name(),
                new CardParameters.ModelFact(
                    model.repo().map(repo -> repo.id().name()).orElse(null),
                    model.repo().map(repo -> repo.commit()).orElse(null))));
    Map<String, CardParameters.DatasetFact> data = new TreeMap<>();
    datasets(told).forEach(dataset -> data.put(dataset.name(), fact(dataset)));
    Map<String, CardParameters.StepFact> steps = new TreeMap<>();
    told.stream()
        .filter(job.steps()::containsKey)
        .forEach(name -> steps.put(name, fact(graph.step(name))));
    var publisher = publication.publisher();
    CardParameters parameters =
        new CardParameters(
            job.name(),
            new CardParameters.Publisher(
                publisher.name(),
                publisher.kind() == Publisher.Kind.COMPANY ? "company" : "person",
                publisher.jurisdiction().orElse(null)),
            publication.repository().orElse(null),
            artifacts,
            Parameters.decode(step.body().path("card"), CardParameters.Texts.class),
            modelFacts,
            data,
            steps,
            LicenseJson.of(verdict),
            evidence.stream().<JsonNode>map(LicenseJson::of).toList());
    graph.add("card:" + step.name(), "card", "io", Parameters.encode(parameters), inputs);
  }

  private static CardParameters.DatasetFact fact(PinnedDataset dataset) {
    return new CardParameters.DatasetFact(
        dataset.repo().map(repo -> repo.id().name()).orElse(null),
        dataset.repo().map(repo -> repo.commit()).orElse(null),
        dataset.split().orElse(null),
        String.valueOf(dataset.file().getFileName()),
        dataset.sha256(),
        dataset.format().word(),
        dataset.rows());
  }

  private CardParameters.StepFact fact(PlannedStep step) {
    Map<String, String> inputs = new TreeMap<>();
    step.inputs()
        .forEach(
            (role, input) -> {
              if (input instanceof InputRef.Output output) {
                inputs.put(role, output.step().replaceFirst("^pull:", ""));
              }
            });
    StepSpec spec = job.step(step.name());
    for (Reference reference : References.of(job, spec)) {
      if (reference.wants() == Reference.Wants.DATASET) {
        inputs.put(role(spec, reference), reference.name());
      }
    }
    return new CardParameters.StepFact(
        step.kind(), inputs, Parameters.parse(step.parametersJson()));
  }

  private static String role(StepSpec step, Reference reference) {
    String key = reference.path().substring(step.path("").length() + 1);
    return key.startsWith("suites.")
        ? "suite:" + key.substring("suites.".length(), key.lastIndexOf('.'))
        : key;
  }

  private void publish(
      StepSpec step, List<String> artifacts, List<String> evaluations, boolean reviewed) {
    SequencedMap<String, InputRef> inputs = new LinkedHashMap<>();
    inputs.put("card", new InputRef.Output("card:" + step.name()));
    artifacts.forEach(name -> inputs.put("artifact:" + name, new InputRef.Output(name)));
    if (reviewed) {
      SequencedMap<String, InputRef> subject = new LinkedHashMap<>(inputs);
      evaluations.forEach(name -> subject.put("evaluation:" + name, new InputRef.Output(name)));
      graph.add("review:" + step.name(), "review", "io", Json.object(), subject);
      inputs.put("review", new InputRef.Output("review:" + step.name()));
    }
    ObjectNode parameters = StepPlanner.ownParameters(job, step);
    if (parameters.path("to").hasNonNull("path")) {
      ObjectNode to = (ObjectNode) parameters.get("to");
      to.put("path", job.resolve(to.get("path").asText()).toString());
    }
    graph.add(step.name(), "publish", "io", parameters, inputs);
  }
}
