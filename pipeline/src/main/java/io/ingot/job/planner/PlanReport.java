package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.job.MatrixSpec;
import io.ingot.job.planner.CacheForecast.Answer;
import io.ingot.job.planner.CacheForecast.Forecast;
import io.ingot.license.LicenseJson;
import io.ingot.license.Verdict;
import io.ingot.merge.Finding.Severity;
import io.ingot.run.PlannedStep;
import io.ingot.step.Parameters;
import io.ingot.train.data.DatasetStatistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/** What {@code plan} prints. */
public final class PlanReport {
  private static final int MERGES_SHOWN = 12;

  private final Plan plan;
  private final SequencedMap<String, Forecast> forecasts;
  private final List<DataSurvey> surveys;
  private final List<MergeSurvey> merges;
  private final SequencedMap<String, Estimate> estimates;

  /** Without a look at merges. */
  public PlanReport(Plan plan, SequencedMap<String, Forecast> forecasts, List<DataSurvey> surveys) {
    this(plan, forecasts, surveys, List.of());
  }

  public PlanReport(
      Plan plan,
      SequencedMap<String, Forecast> forecasts,
      List<DataSurvey> surveys,
      List<MergeSurvey> merges) {
    this.merges = merges;
    this.plan = plan;
    this.forecasts = forecasts;
    this.surveys = surveys;
    this.estimates = plan.estimates(surveys);
  }

  /** One JSON document. */
  public JsonNode json() {
    ObjectNode document = Json.object();
    document.put("job", plan.job().name());
    document.set("lock", Parameters.parse(plan.run().lockJson()));
    ArrayNode steps = document.putArray("steps");
    for (PlannedStep step : plan.run().steps()) {
      Forecast forecast = forecast(step);
      ObjectNode one = steps.addObject();
      one.put("name", step.name());
      one.put("kind", step.kind());
      plan.job().matrixOf(step.name()).ifPresent(matrix -> one.put("matrix", matrix.step()));
      one.put("pool", step.pool());
      ArrayNode after = one.putArray("after");
      Graph.predecessors(step).forEach(after::add);
      one.put("cache", forecast.answer().name().toLowerCase(Locale.ROOT));
      one.put("reason", forecast.reason());
      forecast.output().ifPresent(output -> one.put("output", output));
      Estimate estimate = estimates.get(step.name());
      if (estimate != null) {
        ObjectNode needs = one.putObject("estimate");
        needs.put("memory_bytes", estimate.memory());
        ObjectNode terms = needs.putObject("memory_terms");
        estimate.terms().forEach(terms::put);
        needs.put("disk_bytes", estimate.disk());
        needs.put("seconds", Math.round(estimate.seconds() * 10) / 10.0);
      }
      one.set("parameters", Parameters.parse(step.parametersJson()));
    }
    ArrayNode data = document.putArray("data");
    surveys.forEach(survey -> data.add(json(survey)));
    ArrayNode merged = document.putArray("merges");
    merges.forEach(survey -> merged.add(json(survey)));
    ArrayNode releases = document.putArray("licenses");
    for (Release release : plan.releases()) {
      ObjectNode one = releases.addObject();
      one.put("step", release.step());
      one.put("target", release.target());
      one.put("blocked", release.verdict().blocked());
      one.set("verdict", LicenseJson.of(release.verdict()));
    }
    return document;
  }

  private static ObjectNode json(MergeSurvey survey) {
    ObjectNode one = Json.object();
    one.put("step", survey.step());
    if (!survey.note().isEmpty()) {
      one.put("note", survey.note());
    }
    survey
        .report()
        .ifPresent(
            report -> {
              one.put("possible", report.possible());
              one.put("architecture", report.architecture());
              one.put("tensors", report.tensors());
              one.put("parameters", report.parameters());
              one.put("disk_bytes", report.diskBytes());
              one.put("memory_bytes", report.memoryBytes());
              ArrayNode errors = one.putArray("errors");
              report.lines(Severity.ERROR).forEach(errors::add);
              ArrayNode warnings = one.putArray("warnings");
              report.lines(Severity.WARNING).forEach(warnings::add);
            });
    return one;
  }

  /** The first few, and all that cannot be made. */
  private void merges(List<String> lines) {
    int hidden = 0;
    for (int i = 0; i < merges.size(); i++) {
      if (i < MERGES_SHOWN || merges.get(i).failed()) {
        merge(lines, merges.get(i));
      } else {
        hidden++;
      }
    }
    if (hidden > 0) {
      lines.add("  and " + hidden + " more without errors; --json shows all");
    }
  }

  private static void merge(List<String> lines, MergeSurvey survey) {
    survey
        .report()
        .ifPresentOrElse(
            report -> {
              lines.add(
                  String.format(
                      Locale.ROOT,
                      "  %s: %d tensors, %.1f M parameters, %s in %d file%s",
                      survey.step(),
                      report.tensors(),
                      report.parameters() / 1e6,
                      Estimate.bytes(report.diskBytes()),
                      report.files().size(),
                      report.files().size() == 1 ? "" : "s"));
              report.lines(Severity.WARNING).forEach(w -> lines.add("    warning: " + w));
              report.lines(Severity.ERROR).forEach(e -> lines.add("    error: " + e));
            },
            () -> lines.add("  " + survey.step() + ": " + survey.note()));
  }

  private static ObjectNode json(DataSurvey survey) {
    DatasetStatistics figures = survey.statistics();
    ObjectNode one = Json.object();
    one.put("step", survey.step());
    one.put("dataset", survey.dataset());
    one.put("rows", figures.read());
    one.put("kept", figures.kept());
    one.put("dropped", figures.dropped());
    one.put("truncated", figures.truncated());
    one.put("tokens", figures.tokens());
    one.put("trained_tokens", figures.trained());
    one.put("masked_share", figures.maskedShare());
    one.put("truncated_share", figures.truncatedShare());
    one.put("longest", figures.longest());
    one.put("length_95", figures.length95());
    one.put("length_99", figures.length99());
    if (!Double.isNaN(figures.packingEfficiency())) {
      one.put("packing_efficiency", figures.packingEfficiency());
    }
    ArrayNode warnings = one.putArray("warnings");
    survey.warnings().forEach(warnings::add);
    return one;
  }

  /** Lines for a person. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    int width = rows().keySet().stream().mapToInt(String::length).max().orElse(1);
    lines.add("job " + plan.job().name());
    for (PinnedModel model : plan.models().values()) {
      lines.add(
          "  model "
              + model.name()
              + ": "
              + model
                  .repo()
                  .map(repo -> repo.id().name() + "@" + repo.commit().substring(0, 12))
                  .orElseGet(() -> String.valueOf(model.folder().orElseThrow())));
    }
    for (PinnedDataset data : plan.datasets().values()) {
      lines.add(
          "  dataset "
              + data.name()
              + ": "
              + data.rows()
              + " rows, "
              + data.format().word()
              + ", sha256 "
              + data.sha256().substring(0, 12));
    }
    lines.add("");
    lines.add("steps");
    rows().forEach((name, members) -> step(lines, width, name, members));
    if (!surveys.isEmpty()) {
      lines.add("");
      lines.add("data");
    }
    for (DataSurvey survey : surveys) {
      lines.add("  " + survey.step() + ": " + survey.line());
      survey.warnings().forEach(warning -> lines.add("    warning: " + warning));
    }
    if (!merges.isEmpty()) {
      lines.add("");
      lines.add("merges");
    }
    merges(lines);
    needs(lines, width);
    plan.releases().forEach(release -> license(lines, release));
    return lines;
  }

  /** Steps by what stands for them: the members of a matrix by its name, each other by its own. */
  private SequencedMap<String, List<PlannedStep>> rows() {
    SequencedMap<String, List<PlannedStep>> rows = new LinkedHashMap<>();
    for (PlannedStep step : plan.run().steps()) {
      String name = plan.job().matrixOf(step.name()).map(MatrixSpec::step).orElse(step.name());
      rows.computeIfAbsent(name, n -> new ArrayList<>()).add(step);
    }
    return rows;
  }

  private void step(List<String> lines, int width, String name, List<PlannedStep> members) {
    MatrixSpec matrix = plan.job().matrices().get(name);
    PlannedStep first = members.getFirst();
    lines.add(
        String.format(
            Locale.ROOT,
            "  %-" + width + "s  %-9s %s",
            name,
            first.kind(),
            matrix == null ? word(forecast(first)) : MatrixLines.summary(matrix, members)));
    if (matrix != null) {
      MatrixLines.fates(matrix, members, member -> word(forecast(member)))
          .forEach(line -> lines.add("    " + line));
    }
  }

  /** What the steps that are not cached will need; members of a matrix run one after the other. */
  private void needs(List<String> lines, int width) {
    List<String> rows = new ArrayList<>();
    long disk = 0;
    double seconds = 0;
    for (Map.Entry<String, List<PlannedStep>> row : rows().entrySet()) {
      long memory = 0;
      long own = 0;
      double time = 0;
      int steps = 0;
      for (PlannedStep step : row.getValue()) {
        Estimate estimate = estimates.get(step.name());
        if (estimate != null && forecast(step).answer() != Answer.HIT) {
          memory = Math.max(memory, estimate.memory());
          own += estimate.disk();
          time += estimate.seconds();
          steps++;
        }
      }
      if (steps > 0) {
        disk += own;
        seconds += time;
        rows.add(
            String.format(
                Locale.ROOT,
                "  %-" + width + "s  %9s %9s %9s%s",
                row.getKey(),
                memory == 0 ? "" : Estimate.bytes(memory),
                Estimate.bytes(own),
                time(time),
                steps > 1 ? "  (" + steps + " steps)" : ""));
      }
    }
    if (!rows.isEmpty()) {
      lines.add("");
      lines.add(
          String.format(
              Locale.ROOT,
              "%-" + (width + 2) + "s  %9s %9s %9s",
              "estimate",
              "memory",
              "disk",
              "time"));
      lines.addAll(rows);
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-" + width + "s  %9s %9s %9s",
              "in all",
              "",
              Estimate.bytes(disk),
              time(seconds)));
      if (disk > plan.machine().disk()) {
        lines.add("  warning: only " + Estimate.bytes(plan.machine().disk()) + " of disk are free");
      }
      Estimator.excess(plan.job(), estimates, plan.machine().memory(), true)
          .ifPresent(message -> lines.add("  warning: " + message));
    }
  }

  private static String time(double seconds) {
    return seconds < 90
        ? String.format(Locale.ROOT, "~%.0f s", Math.ceil(seconds))
        : seconds < 5400
            ? String.format(Locale.ROOT, "~%.0f min", seconds / 60)
            : String.format(Locale.ROOT, "~%.1f h", seconds / 3600);
  }

  private static String word(Forecast forecast) {
    return switch (forecast.answer()) {
      case HIT -> "cached: " + forecast.reason();
      case MISS -> "miss because " + forecast.reason();
      case ASKED -> forecast.reason();
    };
  }

  private Forecast forecast(PlannedStep step) {
    Forecast forecast = forecasts.get(step.name());
    return forecast == null
        ? new Forecast(Answer.MISS, "nothing is known", java.util.Optional.empty())
        : forecast;
  }

  private static void license(List<String> lines, Release release) {
    Verdict verdict = release.verdict();
    lines.add("");
    lines.add(
        "license of "
            + release.step()
            + " (to "
            + release.target()
            + "): "
            + verdict.license()
            + (verdict.blocked() ? ", BLOCKED" : ""));
    verdict
        .findings()
        .forEach(
            finding ->
                lines.add(
                    "  "
                        + finding.severity().name().toLowerCase(Locale.ROOT)
                        + ": "
                        + finding.subject()
                        + ": "
                        + finding.reason()));
    verdict
        .duties()
        .forEach(
            duty ->
                lines.add(
                    "  duty: "
                        + duty.kind()
                        + ": "
                        + shorten(duty.text())
                        + " ("
                        + duty.source()
                        + ")"));
  }

  private static String shorten(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= 80 ? line : line.substring(0, 77) + "...";
  }
}
