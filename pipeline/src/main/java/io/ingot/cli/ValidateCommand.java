package io.ingot.cli;

import io.ingot.error.ErrorKind;
import io.ingot.job.JobReader;
import io.ingot.job.JobSpec;
import io.ingot.job.Problem;
import io.ingot.job.Problems;
import io.ingot.job.planner.JobCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code validate JOB...}. */
@Command(
    name = "validate",
    description = "Checks job files: grammar, names and files. Nothing is downloaded.")
final class ValidateCommand extends IngotCommand {
  @Parameters(arity = "1..*", paramLabel = "JOB", description = "Job files.")
  List<Path> files = List.of();

  @Mixin SetOption overrides = new SetOption();

  @Override
  public Integer call() {
    Console console = console();
    JobReader reader = JobReader.now(environment());
    boolean valid = true;
    List<Map<String, Object>> reports = new ArrayList<>();
    for (Path file : files) {
      Problems problems = new Problems();
      Optional<JobSpec> job = JobCheck.read(reader, file, overrides.values, problems);
      List<Problem> found = problems.sorted();
      valid &= found.isEmpty();
      reports.add(report(file, found));
      if (!json()) {
        found.forEach(problem -> console.error(problem.toString()));
        if (found.isEmpty()) {
          console.result(file + ": valid, " + job.map(s -> s.steps().size()).orElse(0) + " steps");
        }
      }
    }
    if (json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("valid", valid);
      document.put("files", reports);
      console.result(document);
    }
    return valid ? 0 : ErrorKind.INVALID.exitCode();
  }

  private static Map<String, Object> report(Path file, List<Problem> problems) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("file", file.toString());
    report.put("valid", problems.isEmpty());
    report.put("errors", problems.stream().map(ValidateCommand::error).toList());
    return report;
  }

  private static Map<String, Object> error(Problem problem) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("source", problem.place().source());
    error.put("line", problem.place().line());
    error.put("column", problem.place().column());
    error.put("path", problem.path());
    error.put("message", problem.message());
    if (problem.suggestion() != null) {
      error.put("suggestion", problem.suggestion());
    }
    return error;
  }
}
