package io.ingot.merge;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.merge.Finding.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects what is found about a merge, so that everything can be said at once. */
final class Findings {
  private static final int SHOWN = 20;
  private static final int NAMED = 2;

  private final Set<Finding> all = new LinkedHashSet<>();

  /** Something that makes the merge impossible. */
  void error(String model, String tensor, String message, String remedy) {
    all.add(new Finding(Severity.ERROR, ErrorKind.INVALID, model, tensor, message, remedy));
  }

  /** A failure of something that was tried, with its kind. */
  void error(String model, String tensor, IngotException failure) {
    String text = String.valueOf(failure.getMessage());
    String prefix = "tensor " + tensor + ": ";
    all.add(
        new Finding(
            Severity.ERROR,
            failure.kind(),
            model,
            tensor,
            text.startsWith(prefix) ? text.substring(prefix.length()) : text,
            ""));
  }

  /** Something that the user should know. */
  void warn(String model, String tensor, String message, String remedy) {
    all.add(new Finding(Severity.WARNING, ErrorKind.INVALID, model, tensor, message, remedy));
  }

  /** A warning of a method, which names its tensor itself. */
  void warn(String text) {
    if (text.startsWith("tensor ") && text.indexOf(": ") > 0) {
      int colon = text.indexOf(": ");
      warn("", text.substring("tensor ".length(), colon), text.substring(colon + 2), "");
    } else {
      warn("", "", text, "");
    }
  }

  void addAll(List<Finding> findings) {
    all.addAll(findings);
  }

  boolean failed() {
    return all.stream().anyMatch(f -> f.severity() == Severity.ERROR);
  }

  /** All of them, errors first. */
  List<Finding> list() {
    List<Finding> sorted = new ArrayList<>();
    for (Severity severity : Severity.values()) {
      all.stream().filter(f -> f.severity() == severity).forEach(sorted::add);
    }
    return List.copyOf(sorted);
  }

  /**
   * Findings as lines: those that differ only in the tensor become one.
   *
   * @param findings of one severity
   */
  static List<String> lines(List<Finding> findings) {
    Map<Finding, Set<String>> groups = new LinkedHashMap<>();
    for (Finding finding : findings) {
      groups.computeIfAbsent(named(finding, ""), f -> new LinkedHashSet<>()).add(finding.tensor());
    }
    List<String> lines = new ArrayList<>();
    groups.forEach(
        (pattern, tensors) ->
            lines.add(
                tensors.size() == 1
                    ? named(pattern, tensors.iterator().next()).text()
                    : places(pattern.model(), tensors) + ": " + pattern.sentence()));
    return lines;
  }

  /** How many tensors, and some of them; those that differ in the number of the layer once. */
  private static String places(String model, Set<String> tensors) {
    List<String> kinds =
        tensors.stream().map(t -> t.replaceAll("\\.\\d+(?=\\.|$)", ".*")).distinct().toList();
    List<String> shown = kinds.size() == 1 ? kinds : tensors.stream().limit(NAMED).toList();
    return "%d tensors%s (%s%s)"
        .formatted(
            tensors.size(),
            model.isEmpty() ? "" : " of model " + model,
            String.join(", ", shown),
            shown.size() < kinds.size() ? ", ..." : "");
  }

  private static Finding named(Finding finding, String tensor) {
    return new Finding(
        finding.severity(),
        finding.kind(),
        finding.model(),
        tensor,
        finding.message(),
        finding.remedy());
  }

  /**
   * Throws when something makes the merge impossible.
   *
   * @throws IngotException with every error, of their common kind, else INVALID
   */
  void throwIfFailed() {
    List<Finding> errors = all.stream().filter(f -> f.severity() == Severity.ERROR).toList();
    if (errors.isEmpty()) {
      return;
    }
    List<ErrorKind> kinds = errors.stream().map(Finding::kind).distinct().toList();
    List<String> lines = lines(errors);
    int more = lines.size() - SHOWN;
    throw new IngotException(
        kinds.size() == 1 ? kinds.getFirst() : ErrorKind.INVALID,
        String.join("\n  ", lines.subList(0, Math.min(SHOWN, lines.size())))
            + (more > 0 ? "\n  and " + more + " more; --plan shows all" : ""));
  }

  /** Warnings as lines. */
  List<String> warnings() {
    return lines(all.stream().filter(f -> f.severity() == Severity.WARNING).toList());
  }
}
