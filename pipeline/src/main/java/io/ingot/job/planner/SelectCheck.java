package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.job.JobSpec;
import io.ingot.job.Problems;
import io.ingot.job.StepSpec;
import java.util.ArrayList;
import java.util.List;

/** Suites that select the best member of a matrix: each must be there, and something to select. */
final class SelectCheck {
  private SelectCheck() {}

  static void check(JobSpec job, StepSpec step, Problems problems) {
    JsonNode select = step.body().path("select");
    if (select.isEmpty()) {
      return;
    }
    List<String> models = new ArrayList<>();
    step.body().path("models").forEach(model -> models.add(model.asText()));
    if (Contests.of(job, models).isEmpty() && models.stream().noneMatch(job::isBroken)) {
      problems.add(
          job.place(step.path("select")),
          step.path("select"),
          "has no meaning where no matrix is measured with two members or more");
    }
    List<String> suites = new ArrayList<>();
    step.body().path("suites").fieldNames().forEachRemaining(suites::add);
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < select.size(); i++) {
      String path = step.path("select[" + i + "]");
      String name = select.get(i).asText();
      if (!suites.contains(name)) {
        problems.addUnknown(
            job.place(path), path, "there is no suite '" + name + "'", name, suites);
      } else if (seen.contains(name)) {
        problems.add(job.place(path), path, "'" + name + "' is listed twice");
      }
      seen.add(name);
    }
  }
}
