package io.ingot.step.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.model.Model;
import io.ingot.step.ModelOpener;
import io.ingot.step.ModelText;
import io.ingot.step.Parameters;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepOutcome;
import io.ingot.step.evaluate.EvaluateParameters.Metric;
import io.ingot.step.evaluate.EvaluateParameters.Suite;
import io.ingot.train.LanguageModel;
import io.ingot.train.Precision;
import io.ingot.train.decoder.TorchLanguageModel;
import io.ingot.train.torch.TorchDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Measures models on suites, writes evaluation.json, and fails when a gate does not hold. The first
 * model is the baseline that divergences are taken from.
 */
public final class EvaluateStep implements Step {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int UNLIMITED = 1 << 20;

  /** How a model is loaded; replaced in tests. */
  interface Loader {
    LanguageModel load(Model model, Precision precision, String device);
  }

  private final Loader loader;

  /** The step of the service loader. */
  public EvaluateStep() {
    this(TorchLanguageModel::load);
  }

  EvaluateStep(Loader loader) {
    this.loader = loader;
  }

  @Override
  public String kind() {
    return "evaluate";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public boolean isolated() {
    return true;
  }

  @Override
  public StepOutcome run(StepContext context) throws IOException, InterruptedException {
    EvaluateParameters parameters =
        Parameters.decode(context.parameters(), EvaluateParameters.class);
    List<Gate> gates = parameters.gate().stream().map(Gate::parse).toList();
    List<Subject> subjects = new ArrayList<>();
    for (String model : parameters.models()) {
      subjects.addAll(Subject.of(context, model));
    }
    ObjectNode evaluation = JSON.createObjectNode();
    measureAll(context, parameters, subjects, evaluation);
    evaluation.put("baseline", subjects.getFirst().name());
    select(parameters, evaluation);
    List<String> failures = judge(gates, evaluation);
    Files.writeString(
        context.output().resolve("evaluation.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(evaluation) + "\n");
    List<String> table = EvaluationTable.of(evaluation).lines();
    table.forEach(context.progress()::note);
    if (!failures.isEmpty()) {
      throw IngotException.failed(
          failures.size()
              + (failures.size() == 1 ? " gate does not hold:\n  " : " gates do not hold:\n  ")
              + String.join("\n  ", failures)
              + "\n"
              + String.join("\n", table));
    }
    return StepOutcome.done(
        subjects.size()
            + " models, "
            + parameters.suites().size()
            + " suites"
            + (gates.isEmpty() ? "" : ", " + gates.size() + " gates passed")
            + best(evaluation));
  }

  private void measureAll(
      StepContext context,
      EvaluateParameters parameters,
      List<Subject> subjects,
      ObjectNode evaluation)
      throws InterruptedException {
    ArrayNode models = evaluation.putArray("models");
    ObjectNode suites = evaluation.putObject("suites");
    Precision precision = precision(parameters);
    boolean compared =
        parameters.suites().values().stream().anyMatch(s -> s.metric() == Metric.KL_DIVERGENCE);
    @Nullable LanguageModel baseline = null;
    try {
      for (Subject subject : subjects) {
        context.checkCancelled();
        try (Model opened = ModelOpener.open(subject.source());
            ModelText text = ModelText.open(subject.source())) {
          LanguageModel model = loader.load(opened, precision, parameters.device());
          boolean kept = compared && baseline == null;
          try {
            Measurement measurement =
                new Measurement(
                    text,
                    model,
                    kept ? null : baseline,
                    clock(parameters),
                    opened.config().path("max_position_embeddings").asInt(UNLIMITED),
                    context.progress(),
                    context::checkCancelled);
            measure(context, parameters, subject, measurement, models.addObject(), suites);
          } finally {
            if (kept) {
              baseline = model;
            } else {
              model.close();
            }
          }
        }
      }
    } finally {
      if (baseline != null) {
        baseline.close();
      }
    }
  }

  private static void measure(
      StepContext context,
      EvaluateParameters parameters,
      Subject subject,
      Measurement measurement,
      ObjectNode report,
      ObjectNode suites)
      throws InterruptedException {
    report.put("name", subject.name()).put("bytes", subject.bytes());
    ObjectNode scores = report.putObject("scores");
    for (Map.Entry<String, Suite> entry : parameters.suites().entrySet()) {
      String name = entry.getKey();
      Suite suite = entry.getValue();
      Measurement.Score score =
          measurement.measure(
              subject.name() + " on " + name, context.input("suite:" + name).path(), suite);
      if (!Double.isFinite(score.value())) {
        throw IngotException.failed(
            subject.name() + " on " + name + ": the model gives values that are no numbers");
      }
      scores.putObject(name).put(Measurement.key(suite.metric()), score.value());
      suites
          .putObject(name)
          .put("metric", Measurement.key(suite.metric()))
          .put("rows", score.rows());
    }
  }

  /** Names the best member of each matrix, where one was measured. */
  private static void select(EvaluateParameters parameters, ObjectNode evaluation) {
    List<String> matrices = parameters.matrices();
    if (matrices != null) {
      List<String> select = parameters.select() == null ? List.of() : parameters.select();
      ObjectNode best = evaluation.putObject("best");
      matrices.forEach(matrix -> best.set(matrix, Best.of(evaluation, matrix, select)));
    }
  }

  private static String best(ObjectNode evaluation) {
    StringBuilder text = new StringBuilder();
    evaluation
        .path("best")
        .properties()
        .forEach(
            matrix -> {
              List<String> names = new ArrayList<>();
              matrix.getValue().path("models").forEach(name -> names.add(name.asText()));
              text.append(", best of ")
                  .append(matrix.getKey())
                  .append(": ")
                  .append(String.join(", ", names));
            });
    return text.toString();
  }

  private static List<String> judge(List<Gate> gates, ObjectNode evaluation) {
    ArrayNode judged = evaluation.putArray("gates");
    List<String> failures = new ArrayList<>();
    for (Gate gate : gates) {
      Optional<String> failure = gate.failure(evaluation);
      failure.ifPresent(failures::add);
      ObjectNode node = judged.addObject().put("expression", gate.expression());
      gate.value(evaluation)
          .ifPresentOrElse(v -> node.put("value", v), () -> node.putNull("value"));
      node.put("passed", failure.isEmpty());
    }
    return failures;
  }

  private static Precision precision(EvaluateParameters parameters) {
    return switch (parameters.precision()) {
      case FP32 -> Precision.FP32;
      case BF16 -> Precision.BF16;
      case AUTO ->
          TorchDevice.of(parameters.device()).prefersBfloat16() ? Precision.BF16 : Precision.FP32;
    };
  }

  private static LocalDateTime clock(EvaluateParameters parameters) {
    String clock = parameters.clock();
    return clock == null
        ? LocalDateTime.of(2026, 1, 1, 0, 0)
        : LocalDateTime.ofInstant(Instant.parse(clock), ZoneOffset.UTC);
  }
}
