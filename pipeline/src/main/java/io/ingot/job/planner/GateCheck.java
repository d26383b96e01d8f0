package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.job.JobSpec;
import io.ingot.job.Problems;
import io.ingot.job.StepKind;
import io.ingot.job.StepSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gates {@code MODEL[.TYPE].SUITE.METRIC OPERATOR NUMBER}: each must speak of what is measured. */
final class GateCheck {
  private static final Pattern GATE =
      Pattern.compile("\\s*([A-Za-z0-9_.=-]+)\\s*(>=|<=|==|>|<)\\s*([-+0-9.eE]+)\\s*");

  private GateCheck() {}

  static void check(JobSpec job, StepSpec step, Problems problems) {
    Set<String> models = new LinkedHashSet<>();
    JsonNode named = step.body().path("models");
    for (int i = 0; i < named.size(); i++) {
      if (!models.add(named.get(i).asText())) {
        String path = step.path("models[" + i + "]");
        problems.add(job.place(path), path, "'" + named.get(i).asText() + "' is listed twice");
      }
    }
    SelectCheck.check(job, step, problems);
    JsonNode gates = step.body().path("gate");
    for (int i = 0; i < gates.size(); i++) {
      gate(job, step, gates.get(i).asText(), step.path("gate[" + i + "]"), problems);
    }
  }

  private static void gate(
      JobSpec job, StepSpec step, String text, String path, Problems problems) {
    Matcher matcher = GATE.matcher(text);
    List<String> parts = matcher.matches() ? List.of(matcher.group(1).split("\\.", -1)) : List.of();
    if (parts.size() < 3 || !isNumber(matcher.group(3))) {
      problems.add(
          job.place(path),
          path,
          "'"
              + text
              + "' is no gate; expected MODEL.SUITE.METRIC >= NUMBER, or"
              + " STEP.TYPE.SUITE.METRIC for a quantize step");
      return;
    }
    List<String> subjects = subjects(job, step);
    String subject = String.join(".", parts.subList(0, parts.size() - 2));
    if (!subjects.contains(subject)) {
      problems.addUnknown(
          job.place(path), path, "'" + subject + "' is not measured here", subject, subjects);
    }
    String suite = parts.get(parts.size() - 2);
    JsonNode suites = step.body().path("suites");
    if (!suites.has(suite)) {
      List<String> names = new ArrayList<>();
      suites.fieldNames().forEachRemaining(names::add);
      problems.addUnknown(job.place(path), path, "there is no suite '" + suite + "'", suite, names);
      return;
    }
    String metric = suites.get(suite).path("metric").asText();
    if (!metric.isEmpty() && !metric.equals(parts.getLast())) {
      problems.addUnknown(
          job.place(path),
          path,
          "suite '" + suite + "' does not measure '" + parts.getLast() + "'",
          parts.getLast(),
          Collections.singleton(metric));
    }
  }

  /** Models by their names in the report; files of a quantize step as {@code STEP.TYPE}. */
  private static List<String> subjects(JobSpec job, StepSpec step) {
    List<String> subjects = new ArrayList<>();
    for (JsonNode model : step.body().path("models")) {
      StepSpec target = job.steps().get(model.asText());
      if (target != null && target.kind() == StepKind.QUANTIZE) {
        target
            .body()
            .path("types")
            .forEach(
                type -> subjects.add(model.asText() + "." + QuantizeTypes.name(type.asText())));
      } else {
        subjects.add(model.asText());
      }
    }
    return subjects;
  }

  private static boolean isNumber(String text) {
    try {
      return Double.isFinite(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
