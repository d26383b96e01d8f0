package io.ingot.job;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * The substitutions of the whole file: {@code ${env:NAME}} and {@code ${run.date}}. What a matrix
 * puts for {@code ${matrix.AXIS}} is left for {@link MatrixReferences}.
 *
 * @param date of the run
 */
record Interpolation(Map<String, String> environment, LocalDate date) {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}?");
  private static final Pattern SECRET =
      Pattern.compile("(?i).*(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|CREDENTIAL).*");

  /** Whether a text is one reference and nothing else. */
  static boolean isReference(String text) {
    return REFERENCE.matcher(text).matches();
  }

  /** The text with all references replaced; a wrong one is a problem and replaced by itself. */
  String text(ScalarNode node, String path, Problems problems) {
    StringBuilder result = new StringBuilder();
    Matcher matcher = REFERENCE.matcher(node.getValue());
    while (matcher.find()) {
      String value = replacement(matcher, node, path, problems).orElse(matcher.group());
      matcher.appendReplacement(result, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(result).toString();
  }

  private Optional<String> replacement(
      Matcher matcher, ScalarNode node, String path, Problems problems) {
    Place place = Place.of(node.getStartMark());
    String reference = matcher.group(1);
    if (!matcher.group().endsWith("}")) {
      problems.add(place, path, "'" + matcher.group() + "' is not closed by '}'");
    } else if (reference.equals("run.date")) {
      return Optional.of(date.toString());
    } else if (reference.startsWith("matrix.")) {
      return Optional.of(matcher.group());
    } else if (reference.startsWith("env:")) {
      String name = reference.substring("env:".length());
      if (SECRET.matcher(name).matches()) {
        problems.add(
            place, path, "secrets are not read into a job; write secret:" + name + " instead");
      } else if (!environment.containsKey(name)) {
        problems.add(place, path, "the environment variable " + name + " is not set");
      } else {
        return Optional.of(environment.get(name));
      }
    } else {
      problems.addUnknown(
          place,
          path,
          "unknown reference ${" + reference + "}",
          reference,
          List.of("env:NAME", "run.date", "matrix.AXIS"));
    }
    return Optional.empty();
  }
}
