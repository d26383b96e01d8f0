package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.job.JobSpec;
import io.ingot.job.Problems;
import io.ingot.job.StepKind;
import io.ingot.job.StepSpec;
import io.ingot.license.LicenseEngine;
import io.ingot.run.RunPlan;
import io.ingot.step.exec.StepRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Makes plans. Revisions are pinned and small files read through the Hub of the job; nothing large
 * is downloaded.
 *
 * @param past what earlier runs left
 * @param toolVersion written into the lock
 * @param machine whose memory must suffice
 * @param now where a new lock takes its clock from
 */
public record Planner(
    Hub hub,
    PastRuns past,
    StepRegistry steps,
    Policy policy,
    LicenseEngine licenses,
    String toolVersion,
    Machine machine,
    Instant now) {
  private static final Pattern SECRET = Pattern.compile("secret:[A-Za-z_][A-Za-z0-9_]*");

  /** With the kinds of steps, the policy and the licenses of this installation. */
  public static Planner installed(Hub hub, PastRuns past, String toolVersion) {
    return new Planner(
        hub,
        past,
        StepRegistry.load(),
        Policy.installed(),
        LicenseEngine.standard(),
        toolVersion,
        Machine.here(Optional.empty()),
        Instant.now());
  }

  /**
   * Plans a job that {@link JobCheck} found right.
   *
   * @throws IngotException INVALID for what no room can do yet and for contents that do not fit,
   *     BLOCKED where a policy forbids it, NOT_FOUND and UNREACHABLE from the Hub
   */
  public Plan plan(JobSpec job) {
    refuseUnsupported(job);
    Sources sources = new Sources(job, hub);
    Graph graph = new Graph(job, sources, steps);
    pinModels(job, sources);
    String clock = Clock.of(job, sources, past, now);
    StepPlanner planner = new StepPlanner(job, sources, graph, clock);
    for (StepSpec step : job.steps().values()) {
      if (step.kind() != StepKind.PUBLISH) {
        planner.add(step);
      }
    }
    List<Release> releases = new ArrayList<>();
    for (StepSpec step : job.steps().values()) {
      if (step.kind() == StepKind.PUBLISH) {
        releases.add(new ReleasePlanner(job, sources, graph, licenses, policy, hub).add(step));
      }
    }
    String lock = Lock.of(job, sources, clock, toolVersion, graph.steps());
    RunPlan run = new RunPlan(job.name(), job.file().toAbsolutePath(), lock, graph.steps());
    Plan plan = new Plan(job, run, releases, sources.models(), sources.datasets(), machine);
    Estimator.excess(job, plan.estimates(List.of()), machine.memory(), false)
        .ifPresent(
            message -> {
              throw IngotException.failed(message);
            });
    return plan;
  }

  /** All of them before anything is planned: the clock depends on every one. */
  private static void pinModels(JobSpec job, Sources sources) {
    for (StepSpec step : job.steps().values()) {
      for (Reference reference : References.of(job, step)) {
        boolean source = reference.wants().models() && !job.steps().containsKey(reference.name());
        if (!source) {
          continue;
        }
        for (String part : MergeSource.parts(job, reference.name())) {
          if (!job.steps().containsKey(part)) {
            sources.model(part).base().ifPresent(sources::model);
          }
        }
      }
    }
  }

  private void refuseUnsupported(JobSpec job) {
    Problems problems = new Problems();
    for (StepSpec step : job.steps().values()) {
      JsonNode parameters = StepPlanner.ownParameters(job, step);
      if (steps.all().stream().noneMatch(kind -> kind.kind().equals(step.kind().word()))) {
        String path = "steps." + step.name();
        problems.add(
            job.place(path), path, "this installation cannot do " + step.kind().word() + " steps");
        continue;
      }
      steps
          .get(step.kind().word())
          .unsupported(parameters)
          .forEach((key, why) -> problems.add(job.place(step.path(key)), step.path(key), why));
      refuseSecrets(job, step.body(), step.path(""), problems);
    }
    problems.throwIfAny(job.file().toString());
  }

  /** A reference that nothing resolves would end up as plain text somewhere. */
  private static void refuseSecrets(JobSpec job, JsonNode value, String path, Problems problems) {
    if (value.isTextual() && SECRET.matcher(value.textValue()).matches()) {
      problems.add(
          job.place(path),
          path,
          "no key takes a secret yet; the token of the Hub comes from HF_TOKEN or its token file");
    }
    value
        .properties()
        .forEach(e -> refuseSecrets(job, e.getValue(), path + "." + e.getKey(), problems));
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        refuseSecrets(job, value.get(i), path + "[" + i + "]", problems);
      }
    }
  }
}
