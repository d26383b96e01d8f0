package io.ingot.job.planner;

import io.ingot.job.JobSpec;
import io.ingot.job.Problems;
import io.ingot.job.StepSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Steps that wait for one another. */
final class Cycles {
  private Cycles() {}

  /** Adds one problem for each circle, written as the circle. */
  static void check(JobSpec job, Problems problems) {
    Set<String> done = new HashSet<>();
    for (String step : job.steps().keySet()) {
      visit(job, step, new ArrayList<>(), done, problems);
    }
  }

  private static void visit(
      JobSpec job, String name, List<String> way, Set<String> done, Problems problems) {
    if (done.contains(name)) {
      return;
    }
    way.add(name);
    StepSpec step = job.steps().get(name);
    if (step != null) {
      for (Reference reference : References.of(job, step)) {
        int begin = way.indexOf(reference.name());
        if (reference.wants() == Reference.Wants.DATASET) {
          continue;
        } else if (begin >= 0) {
          List<String> circle = new ArrayList<>(way.subList(begin, way.size()));
          circle.add(reference.name());
          problems.add(
              job.place(reference.path()),
              reference.path(),
              "steps wait for one another: " + String.join(" -> ", circle));
        } else if (job.steps().containsKey(reference.name())) {
          visit(job, reference.name(), way, done, problems);
        }
      }
    }
    way.removeLast();
    done.add(name);
  }
}
