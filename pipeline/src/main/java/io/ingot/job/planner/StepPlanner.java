package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.job.DatasetFormat;
import io.ingot.job.JobSpec;
import io.ingot.job.StepKind;
import io.ingot.job.StepSpec;
import io.ingot.job.schema.Defaults;
import io.ingot.job.schema.RecordSchema;
import io.ingot.run.InputRef;
import io.ingot.step.finetune.Lora;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** From steps of the job file to steps of the plan; publications aside. */
final class StepPlanner {
  private final JobSpec job;
  private final Sources sources;
  private final Graph graph;
  private final String clock;

  StepPlanner(JobSpec job, Sources sources, Graph graph, String clock) {
    this.job = job;
    this.sources = sources;
    this.graph = graph;
    this.clock = clock;
  }

  /** Adds a step, after everything that it refers to. */
  void add(StepSpec step) {
    if (graph.has(step.name())) {
      return;
    }
    for (Reference reference : References.of(job, step)) {
      StepSpec before = job.steps().get(reference.name());
      if (before != null && reference.wants() != Reference.Wants.DATASET) {
        add(before);
      }
    }
    SequencedMap<String, InputRef> inputs = new LinkedHashMap<>();
    ObjectNode parameters = ownParameters(job, step);
    switch (step.kind()) {
      case FINETUNE -> finetune(step, inputs, parameters);
      case MERGE -> merge(step, inputs);
      case QUANTIZE -> graph.model(inputs, "model", step.body().get("model").asText());
      case EVALUATE -> evaluate(step, inputs, parameters);
      case PUBLISH -> throw new IllegalArgumentException("no plain step: " + step.name());
    }
    String device =
        parameters.path("train").path("device").asText(parameters.path("device").asText());
    graph.add(step.name(), step.kind().word(), pool(step.kind(), device), parameters, inputs);
  }

  /**
   * The parameters of the step's record, without the names of inputs; what depends on inputs is
   * missing.
   */
  static ObjectNode ownParameters(JobSpec job, StepSpec step) {
    ObjectNode body = step.body().deepCopy();
    switch (step.kind()) {
      case FINETUNE -> {
        lora(job, step, body);
        body.remove(List.of("model", "dataset", "validation", "init_adapter"));
      }
      case MERGE -> {
        ObjectNode recipe = body;
        body = Json.object();
        body.set("recipe", recipe);
      }
      case QUANTIZE -> {
        // Files are called after the model, wherever it lies.
        body.set("name", body.get("model"));
        body.remove("model");
      }
      case EVALUATE -> {}
      case PUBLISH -> body.remove(List.of("artifacts", "card", "review"));
    }
    return body;
  }

  /** Defaults of a new adapter; of one that is continued only what the user wrote. */
  private static void lora(JobSpec job, StepSpec step, ObjectNode body) {
    if (body.path("method").asText().equals("full")) {
      body.remove("lora");
      return;
    }
    if (body.hasNonNull("init_adapter")) {
      ObjectNode written = Json.object();
      body.path("lora")
          .properties()
          .forEach(
              entry -> {
                if (job.wrote(step.path("lora." + entry.getKey()))) {
                  written.set(entry.getKey(), entry.getValue());
                }
              });
      body.set("lora", written);
      if (written.isEmpty()) {
        body.remove("lora");
      }
      return;
    }
    if (!body.has("lora")) {
      body.set("lora", Defaults.of(RecordSchema.of(Lora.class)));
    }
    ObjectNode lora = (ObjectNode) body.get("lora");
    if (!lora.has("alpha")) {
      lora.put("alpha", 2.0 * lora.get("rank").asInt());
    }
  }

  private void finetune(
      StepSpec step, SequencedMap<String, InputRef> inputs, ObjectNode parameters) {
    JsonNode body = step.body();
    graph.model(inputs, "model", body.get("model").asText());
    DatasetFormat format = data(inputs, parameters, "dataset", body.get("dataset").asText());
    if (body.hasNonNull("validation")) {
      data(inputs, parameters, "validation", body.get("validation").asText());
    }
    if (body.hasNonNull("init_adapter")) {
      adapter(step, inputs);
    }
    ObjectNode train = (ObjectNode) parameters.get("train");
    if (!train.has("loss_on")) {
      train.put("loss_on", format.lossOn());
    }
    time(inputs, parameters, List.of(body.get("model").asText()));
  }

  private DatasetFormat data(
      SequencedMap<String, InputRef> inputs, ObjectNode parameters, String role, String name) {
    graph.dataset(inputs, role, name);
    DatasetFormat format = sources.dataset(name).format();
    parameters.putObject(role).put("format", format.word());
    return format;
  }

  private void adapter(StepSpec step, SequencedMap<String, InputRef> inputs) {
    String text = step.body().get("init_adapter").asText();
    if (References.isAdapterFolder(job, step)) {
      Path folder = job.resolve(text);
      inputs.put("init_adapter", new InputRef.External(Digests.ofFolder(folder), folder));
    } else {
      inputs.put("init_adapter", new InputRef.Output(text));
    }
  }

  private void merge(StepSpec step, SequencedMap<String, InputRef> inputs) {
    for (Reference reference : References.of(job, step)) {
      MergeInputs.add(graph, job, inputs, reference.name());
    }
  }

  private void evaluate(
      StepSpec step, SequencedMap<String, InputRef> inputs, ObjectNode parameters) {
    List<String> models = new ArrayList<>();
    for (JsonNode model : step.body().get("models")) {
      models.add(model.asText());
      graph.model(inputs, "model:" + model.asText(), model.asText());
    }
    List<String> matrices = Contests.of(job, models);
    if (!matrices.isEmpty()) {
      matrices.forEach(parameters.putArray("matrices")::add);
    }
    for (Map.Entry<String, JsonNode> suite : parameters.get("suites").properties()) {
      ObjectNode settings = (ObjectNode) suite.getValue();
      String name = settings.remove("dataset").asText();
      graph.dataset(inputs, "suite:" + suite.getKey(), name);
      settings.putObject("form").put("format", sources.dataset(name).format().word());
    }
    time(inputs, parameters, models);
  }

  /** The clock is a parameter only of steps whose templates ask for the time. */
  private void time(
      SequencedMap<String, InputRef> inputs, ObjectNode parameters, List<String> models) {
    LinkedHashSet<String> roots = new LinkedHashSet<>(models);
    inputs
        .values()
        .forEach(
            input -> {
              if (input instanceof InputRef.Output output) {
                roots.addAll(graph.ancestors(output.step()));
              }
            });
    boolean asked =
        sources.models().values().stream()
            .filter(model -> roots.contains(model.name()) || roots.contains(model.pull()))
            .anyMatch(PinnedModel::asksForTime);
    if (asked) {
      parameters.put("clock", clock);
    }
  }

  /** What the step competes for. */
  static String pool(StepKind kind, String device) {
    boolean computes = kind == StepKind.FINETUNE || kind == StepKind.EVALUATE;
    boolean gpu =
        device.startsWith("cuda") || device.equals("auto") && Files.exists(Path.of("/dev/nvidia0"));
    return computes && gpu ? "gpu" : "cpu";
  }
}
