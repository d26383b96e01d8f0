package io.ingot.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.ingot.run.RunRecord;
import io.ingot.run.RunState;
import io.ingot.run.StepRecord;
import io.ingot.run.StepState;
import io.ingot.step.evaluate.EvaluationTable;
import io.ingot.store.ArtifactStore;
import io.ingot.store.IngotHome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run as a document and as a table. */
record RunReport(RunRecord run, List<StepRecord> steps, IngotHome home) {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * The document of {@code run --json}.
   *
   * <p>An evaluation of a matrix also says which of its members is the best.
   *
   * @param stopped whether the run was interrupted: what is not finished counts as cancelled
   */
  Map<String, Object> json(boolean stopped) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (StepRecord step : steps) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("name", step.name());
      row.put("kind", step.kind());
      row.put("state", state(step, stopped));
      row.put("artifact", artifact(step));
      row.put("seconds", Math.round(step.seconds() * 1000) / 1000.0);
      row.put("reason", reason(step));
      best(step).ifPresent(best -> row.put("best", best));
      rows.add(row);
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("run", run.id());
    document.put(
        "state",
        stopped && !run.state().isFinal()
            ? "cancelled"
            : run.state().name().toLowerCase(Locale.ROOT));
    document.put("steps", rows);
    return document;
  }

  /** What stands behind a step that a person has to decide about is in review as well. */
  private String state(StepRecord step, boolean stopped) {
    StepState state = step.state();
    if (!state.isFinal() && stopped) {
      return "cancelled";
    }
    if (state == StepState.WAITING && run.state() == RunState.IN_REVIEW) {
      return "in_review";
    }
    return state.name().toLowerCase(Locale.ROOT);
  }

  private @Nullable String artifact(StepRecord step) {
    return step.outputDigest() == null
        ? null
        : new ArtifactStore(home.artifacts()).path(step.outputDigest()).toString();
  }

  private @Nullable String reason(StepRecord step) {
    if (step.reason() != null && !step.reason().isEmpty()) {
      return step.reason();
    }
    return step.state() == StepState.WAITING && run.state() == RunState.IN_REVIEW
        ? "waits for a review"
        : null;
  }

  /** One sentence about the whole run. */
  String summary(boolean stopped, double seconds) {
    String state =
        stopped ? "stopped" : run.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return run.jobName() + ": " + state + " in " + Times.duration(seconds) + ", run " + run.id();
  }

  private Optional<JsonNode> best(StepRecord step) {
    try {
      JsonNode best = evaluation(step).path("best");
      return best.isEmpty() ? Optional.empty() : Optional.of(best);
    } catch (IOException e) {
      return Optional.empty(); // the table of a person says why
    }
  }

  /** The evaluation.json of a step that is done; nothing of others. */
  private JsonNode evaluation(StepRecord step) throws IOException {
    if (!step.kind().equals("evaluate") || step.outputDigest() == null) {
      return MissingNode.getInstance();
    }
    Path artifact = new ArtifactStore(home.artifacts()).path(step.outputDigest());
    return JSON.readTree(artifact.resolve("evaluation.json").toFile());
  }

  /** The tables of the evaluations of this run. */
  List<String> evaluations() {
    List<String> lines = new ArrayList<>();
    for (StepRecord step : steps) {
      try {
        JsonNode evaluation = evaluation(step);
        if (evaluation.isMissingNode()) {
          continue;
        }
        lines.add(step.name());
        EvaluationTable.of(evaluation).lines().forEach(line -> lines.add("  " + line));
      } catch (IOException e) {
        lines.add(step.name());
        lines.add("  (cannot be read: " + e.getMessage() + ")");
      }
      lines.add("");
    }
    return lines;
  }

  /** One line for each step. */
  List<String> table() {
    TextTable table = new TextTable("STEP", "STATE", " SECONDS", "NOTE");
    for (StepRecord step : steps) {
      String reason = reason(step);
      table.row(
          step.name(),
          step.state().name().toLowerCase(Locale.ROOT),
          step.endedAt() == null ? "" : String.format(Locale.ROOT, "%.1f", step.seconds()),
          reason == null ? "" : reason.lines().findFirst().orElse(""));
    }
    return table.lines();
  }
}
