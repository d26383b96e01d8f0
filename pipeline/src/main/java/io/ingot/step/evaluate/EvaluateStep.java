package io.ingot.step.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.model.Model;
import io.ingot.step.Parameters;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepOutcome;
import io.ingot.train.LanguageModel;
import io.ingot.train.Precision;
import io.ingot.train.decoder.TorchLanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Measures models on suites, writes evaluation.json, and fails when a gate does not hold. The first
 * model is the baseline that divergences are taken from.
 */
public final class EvaluateStep implements Step {
  private static final ObjectMapper JSON = new ObjectMapper();

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
    int known =
        new Measurements(context, parameters, loader, version()).write(subjects, evaluation);
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
            + (known == 0 ? "" : ", " + known + " measured before")
            + (gates.isEmpty() ? "" : ", " + gates.size() + " gates passed")
            + best(evaluation));
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
}
