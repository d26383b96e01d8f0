package io.ingot.job.planner;

import io.ingot.job.MatrixSpec;
import io.ingot.job.Place;
import io.ingot.job.Problem;
import io.ingot.job.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Problems of the members of a matrix: what several have in common is told once. */
final class MemberProblems {
  private static final int SHOWN = 4;

  /** The same thing at the same place, whichever member it was found in. */
  private record Cause(Place place, String path, String message, @Nullable String suggestion) {}

  private final MatrixSpec matrix;
  private final Map<Cause, List<String>> members = new LinkedHashMap<>();

  MemberProblems(MatrixSpec matrix) {
    this.matrix = matrix;
  }

  void add(String member, Problems found) {
    String own = "steps." + member;
    for (Problem problem : found.found()) {
      String path =
          problem.path().startsWith(own) ? problem.path().substring(own.length()) : problem.path();
      members
          .computeIfAbsent(
              new Cause(problem.place(), path, problem.message(), problem.suggestion()),
              cause -> new ArrayList<>())
          .add(member);
    }
  }

  /** What all members share carries the name of the matrix, the rest those of the members. */
  void tell(Problems problems) {
    members.forEach(
        (cause, names) -> {
          boolean all = names.size() == matrix.members().size();
          String step = all ? matrix.step() : names.getFirst();
          String path =
              cause.path().startsWith(".") ? "steps." + step + cause.path() : cause.path();
          String message = cause.message() + (all ? "" : others(names));
          problems.add(cause.place(), path, message, cause.suggestion());
        });
  }

  private static String others(List<String> names) {
    int more = names.size() - 1;
    if (more == 0) {
      return "";
    }
    List<String> shown = names.subList(1, Math.min(names.size(), 1 + SHOWN));
    return " (also in "
        + String.join(", ", shown)
        + (more > SHOWN ? " and " + (more - SHOWN) + " more)" : ")");
  }
}
