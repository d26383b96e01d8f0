package io.ingot.job.planner;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.job.JobSpec;
import io.ingot.job.StepKind;
import io.ingot.job.StepSpec;
import io.ingot.run.InputRef;
import io.ingot.run.PlannedStep;
import io.ingot.step.Parameters;
import io.ingot.step.Step;
import io.ingot.step.exec.StepRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;

/** The steps of a plan while it is made: whatever a step refers to stands before it. */
final class Graph {
  private final JobSpec job;
  private final Sources sources;
  private final StepRegistry catalog;
  private final SequencedMap<String, PlannedStep> steps = new LinkedHashMap<>();

  Graph(JobSpec job, Sources sources, StepRegistry catalog) {
    this.job = job;
    this.sources = sources;
    this.catalog = catalog;
  }

  List<PlannedStep> steps() {
    return List.copyOf(steps.values());
  }

  boolean has(String name) {
    return steps.containsKey(name);
  }

  PlannedStep step(String name) {
    PlannedStep step = steps.get(name);
    if (step == null) {
      throw new IllegalArgumentException("no step " + name);
    }
    return step;
  }

  /** Adds a step whose inputs are all there. */
  void add(
      String name,
      String kind,
      String pool,
      ObjectNode parameters,
      SequencedMap<String, InputRef> inputs) {
    Step step = catalog.get(kind);
    steps.put(
        name,
        new PlannedStep(
            name,
            kind,
            step.version(),
            step.pure(),
            pool,
            Parameters.canonical(parameters),
            new LinkedHashMap<>(inputs)));
  }

  /** The inputs {@code role}, {@code role/base}, ... of a model, whatever makes it. */
  void model(SequencedMap<String, InputRef> inputs, String role, String name) {
    StepSpec step = job.steps().get(name);
    if (step == null) {
      PinnedModel model = sources.model(name);
      pull(model);
      inputs.put(role, new InputRef.Output(model.pull()));
      model.base().ifPresent(base -> model(inputs, role + "/base", base));
      return;
    }
    inputs.put(role, new InputRef.Output(name));
    if (step.kind() == StepKind.FINETUNE && !step.body().path("method").asText().equals("full")) {
      model(inputs, role + "/base", step.body().get("model").asText());
    }
  }

  /** The input of an adapter whose base is given beside it. */
  void adapter(SequencedMap<String, InputRef> inputs, String role, String name) {
    if (job.steps().containsKey(name)) {
      inputs.put(role, new InputRef.Output(name));
    } else {
      PinnedModel model = sources.model(name);
      pull(model);
      inputs.put(role, new InputRef.Output(model.pull()));
    }
  }

  private void pull(PinnedModel model) {
    if (steps.containsKey(model.pull())) {
      return;
    }
    SequencedMap<String, InputRef> inputs = new LinkedHashMap<>();
    ObjectNode parameters = Json.object();
    if (model.repo().isPresent()) {
      parameters.put("repo", model.repo().get().id().name());
      parameters.put("type", "model");
      parameters.put("commit", model.repo().get().commit());
    } else {
      var folder = model.folder().orElseThrow();
      parameters.put("path", String.valueOf(folder.getFileName()));
      inputs.put("source", new InputRef.External(model.digest().orElseThrow(), folder));
    }
    add(model.pull(), "pull", "io", parameters, inputs);
  }

  /** The input of a dataset. */
  void dataset(SequencedMap<String, InputRef> inputs, String role, String name) {
    PinnedDataset dataset = sources.dataset(name);
    inputs.put(role, new InputRef.External(dataset.sha256(), dataset.file()));
  }

  /** A step and everything before it, nearest first. */
  SequencedSet<String> ancestors(String name) {
    SequencedSet<String> found = new LinkedHashSet<>();
    List<String> open = new ArrayList<>(List.of(name));
    while (!open.isEmpty()) {
      String next = open.removeFirst();
      if (found.add(next)) {
        open.addAll(predecessors(step(next)));
      }
    }
    return found;
  }

  static List<String> predecessors(PlannedStep step) {
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, InputRef> input : step.inputs().entrySet()) {
      if (input.getValue() instanceof InputRef.Output output && !names.contains(output.step())) {
        names.add(output.step());
      }
    }
    return names;
  }
}
