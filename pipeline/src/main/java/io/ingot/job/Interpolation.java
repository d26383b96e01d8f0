package io.ingot.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.ingot.job.schema.Scalars;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * The only two substitutions: {@code ${env:NAME}} and {@code ${run.date}}.
 *
 * @param date of the run
 */
record Interpolation(Map<String, String> environment, LocalDate date) {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}?");
  private static final Pattern SECRET =
      Pattern.compile("(?i).*(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|CREDENTIAL).*");

  /**
   * The value of a scalar. One that holds a reference is read as an unquoted word afterwards, so
   * that numbers can come from the environment.
   */
  @Nullable JsonNode value(ScalarNode node, String path, Problems problems) {
    String text = node.getValue();
    if (!text.contains("${")) {
      return Scalars.value(node);
    }
    StringBuilder result = new StringBuilder();
    Matcher matcher = REFERENCE.matcher(text);
    boolean wrong = false;
    while (matcher.find()) {
      Optional<String> replaced = replacement(matcher, node, path, problems);
      wrong |= replaced.isEmpty();
      matcher.appendReplacement(result, Matcher.quoteReplacement(replaced.orElse("")));
    }
    matcher.appendTail(result);
    if (wrong) {
      return null;
    }
    boolean whole = REFERENCE.matcher(text.strip()).matches();
    return whole
        ? Scalars.value(
            new ScalarNode(
                node.getTag(),
                result.toString(),
                node.getStartMark(),
                node.getEndMark(),
                ScalarStyle.PLAIN))
        : TextNode.valueOf(result.toString());
  }

  private Optional<String> replacement(
      Matcher matcher, ScalarNode node, String path, Problems problems) {
    Place place = Place.of(node.getStartMark());
    String reference = matcher.group(1);
    if (!matcher.group().endsWith("}")) {
      problems.add(place, path, "'" + matcher.group() + "' is not closed by '}'");
    } else if (reference.equals("run.date")) {
      return Optional.of(date.toString());
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
          List.of("env:NAME", "run.date"));
    }
    return Optional.empty();
  }
}
