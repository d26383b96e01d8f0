package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.run.InputRef;
import io.ingot.run.PlannedStep;
import io.ingot.step.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Why a step has to run: what changed since it was last done in this job. */
final class MissReason {
  private static final int SHOWN = 3;

  private MissReason() {}

  /**
   * For example {@code finetune.lora.rank changed 16 -> 8}.
   *
   * @param digests of the inputs that are known
   * @param remade a step before it whose output is not known yet
   */
  static String of(
      String job,
      PlannedStep step,
      Map<String, String> digests,
      @Nullable String remade,
      Optional<PastRuns.PastStep> before) {
    if (before.isEmpty()) {
      return "never ran in job " + job;
    }
    PastRuns.PastStep past = before.get();
    List<String> changes = new ArrayList<>();
    if (!past.kind().equals(step.kind())) {
      changes.add("was a " + past.kind() + " step");
    } else {
      if (past.version() != step.version()) {
        changes.add("step version changed " + past.version() + " -> " + step.version());
      }
      differences(
          step.kind(),
          Parameters.parse(past.parametersJson()),
          Parameters.parse(step.parametersJson()),
          changes);
      inputs(step, digests, past, changes);
    }
    if (changes.isEmpty()) {
      return remade != null ? remade + " is made anew" : "its output is not in the store any more";
    }
    int more = changes.size() - SHOWN;
    return String.join(", ", changes.subList(0, Math.min(SHOWN, changes.size())))
        + (more > 0 ? " and " + more + " more" : "");
  }

  private static void inputs(
      PlannedStep step, Map<String, String> digests, PastRuns.PastStep past, List<String> changes) {
    for (Map.Entry<String, InputRef> input : step.inputs().entrySet()) {
      String was = past.inputs().get(input.getKey());
      String is = digests.get(input.getKey());
      if (was == null) {
        changes.add("input " + input.getKey() + " is new");
      } else if (is != null && !was.equals(is)) {
        changes.add("input " + input.getKey() + " changed" + origin(input.getValue()));
      }
    }
    for (String role : past.inputs().keySet()) {
      if (!step.inputs().containsKey(role)) {
        changes.add("input " + role + " is gone");
      }
    }
  }

  private static String origin(InputRef ref) {
    return switch (ref) {
      case InputRef.External external -> " (" + external.path().getFileName() + ")";
      case InputRef.Output output -> " (" + output.step() + ")";
    };
  }

  /** Adds {@code path changed old -> new} for every leaf that differs. */
  static void differences(
      String path, @Nullable JsonNode was, @Nullable JsonNode is, List<String> changes) {
    if (was != null && is != null && was.isObject() && is.isObject()) {
      TreeSet<String> keys = new TreeSet<>();
      was.fieldNames().forEachRemaining(keys::add);
      is.fieldNames().forEachRemaining(keys::add);
      keys.forEach(key -> differences(path + "." + key, was.get(key), is.get(key), changes));
    } else if (was != null && is != null && texts(was) && texts(is) && !was.equals(is)) {
      list(path, was, is, changes);
    } else if (was == null ? is != null : !was.equals(is)) {
      changes.add(path + " changed " + text(was) + " -> " + text(is));
    }
  }

  private static boolean texts(JsonNode value) {
    return value.isArray() && value.valueStream().allMatch(JsonNode::isTextual);
  }

  /** Of lists of names only what came and went. */
  private static void list(String path, JsonNode was, JsonNode is, List<String> changes) {
    List<String> before = was.valueStream().map(JsonNode::textValue).toList();
    List<String> after = is.valueStream().map(JsonNode::textValue).toList();
    List<String> parts = new ArrayList<>();
    after.stream().filter(name -> !before.contains(name)).forEach(name -> parts.add("+" + name));
    before.stream().filter(name -> !after.contains(name)).forEach(name -> parts.add("-" + name));
    int more = parts.size() - SHOWN;
    changes.add(
        path
            + " changed "
            + (parts.isEmpty()
                ? "its order"
                : String.join(" ", parts.subList(0, Math.min(SHOWN, parts.size())))
                    + (more > 0 ? " and " + more + " more" : "")));
  }

  private static String text(@Nullable JsonNode value) {
    if (value == null) {
      return "nothing";
    }
    String text = value.isTextual() ? value.textValue() : value.toString();
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= 40 ? line : line.substring(0, 37) + "...";
  }
}
