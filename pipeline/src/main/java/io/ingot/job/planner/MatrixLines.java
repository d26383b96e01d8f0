package io.ingot.job.planner;

import io.ingot.job.MatrixSpec;
import io.ingot.run.PlannedStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The members of a matrix in a few lines: those of the same fate together. */
final class MatrixLines {
  private static final int SHOWN = 10;

  private MatrixLines() {}

  /** For example {@code 7 members over method; all from pull:base, orders-lora}. */
  static String summary(MatrixSpec matrix, List<PlannedStep> members) {
    Set<String> shared = new LinkedHashSet<>(Graph.predecessors(members.getFirst()));
    members.forEach(member -> shared.retainAll(Graph.predecessors(member)));
    return members.size()
        + (members.size() == 1 ? " member" : " members")
        + " over "
        + String.join(", ", matrix.axes())
        + (shared.isEmpty() ? "" : "; all from " + String.join(", ", shared));
  }

  /** Own names of the members, and what will happen to them. */
  static List<String> fates(
      MatrixSpec matrix, List<PlannedStep> members, Function<PlannedStep, String> fate) {
    Map<String, List<String>> names = new LinkedHashMap<>();
    for (PlannedStep member : members) {
      names
          .computeIfAbsent(fate.apply(member), text -> new ArrayList<>())
          .add(matrix.own(member.name()));
    }
    List<String> lines = new ArrayList<>();
    names.forEach(
        (text, own) -> {
          int more = own.size() - SHOWN;
          lines.add(
              String.join(", ", own.subList(0, Math.min(SHOWN, own.size())))
                  + (more > 0 ? " and " + more + " more" : "")
                  + ": "
                  + text);
        });
    return lines;
  }
}
