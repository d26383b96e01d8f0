package io.ingot.job.planner;

import io.ingot.job.JobSpec;
import io.ingot.job.MatrixSpec;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Matrices of which an evaluation measures several members: one of them is the best. */
final class Contests {
  private Contests() {}

  /** Names of matrices with two members or more among the models. */
  static List<String> of(JobSpec job, List<String> models) {
    Set<String> seen = new HashSet<>();
    Set<String> several = new LinkedHashSet<>();
    for (String model : models) {
      job.matrixOf(model)
          .map(MatrixSpec::step)
          .filter(matrix -> !seen.add(matrix))
          .ifPresent(several::add);
    }
    return List.copyOf(several);
  }
}
