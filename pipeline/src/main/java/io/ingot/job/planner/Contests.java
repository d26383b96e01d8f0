package io.ingot.job.planner;

import io.ingot.job.JobSpec;
import io.ingot.job.MatrixSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Matrices of which an evaluation measures several members: one of them is the best. */
final class Contests {
  private Contests() {}

  /** Names of matrices with two members or more among the models. */
  static List<String> of(JobSpec job, List<String> models) {
    Map<String, Integer> members = new LinkedHashMap<>();
    for (String model : models) {
      job.matrixOf(model).map(MatrixSpec::step).ifPresent(m -> members.merge(m, 1, Integer::sum));
    }
    return members.keySet().stream().filter(matrix -> members.get(matrix) > 1).toList();
  }
}
