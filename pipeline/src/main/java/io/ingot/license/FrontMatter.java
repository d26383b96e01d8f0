package io.ingot.license;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.util.Locale;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The YAML block at the top of a card, read as the hostile input that it is.
 *
 * @param data empty when the card has none
 * @param body the Markdown below it
 */
public record FrontMatter(ObjectNode data, String body) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_CHARACTERS = 1 << 20;

  /**
   * Splits a card.
   *
   * @param place the file's name, for messages
   * @throws IngotException for a block that is not closed, no YAML, or no mapping
   */
  public static FrontMatter read(String card, String place) {
    String text = card.startsWith("\uFEFF") ? card.substring(1) : card;
    String[] lines = text.split("\r?\n", -1);
    if (!lines[0].strip().equals("---")) {
      return new FrontMatter(JSON.createObjectNode(), text);
    }
    StringBuilder yaml = new StringBuilder();
    int end = 1;
    while (end < lines.length && !lines[end].stripTrailing().equals("---")) {
      yaml.append(lines[end++]).append('\n');
    }
    if (end == lines.length) {
      throw IngotException.invalid(
          place + ": the front matter that begins in line 1 is not closed by a line '---'");
    }
    String body = String.join("\n", java.util.Arrays.asList(lines).subList(end + 1, lines.length));
    return new FrontMatter(parse(yaml.toString(), place), body);
  }

  private static ObjectNode parse(String yaml, String place) {
    Object loaded;
    try {
      loaded = new Yaml(new SafeConstructor(options())).load(yaml);
    } catch (MarkedYAMLException e) {
      throw IngotException.invalid(
          "%s:%d: front matter: %s"
              .formatted(
                  place,
                  e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 2,
                  e.getProblem()));
    } catch (YAMLException e) {
      throw IngotException.invalid(place + ": front matter: " + e.getMessage());
    }
    if (loaded == null) {
      return JSON.createObjectNode();
    }
    if (!(loaded instanceof Map<?, ?> map)) {
      throw IngotException.invalid(
          place
              + ": the front matter must be a mapping of keys, found "
              + loaded.getClass().getSimpleName().toLowerCase(Locale.ROOT));
    }
    JsonNode tree = JSON.valueToTree(map);
    return (ObjectNode) tree;
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(50);
    options.setNestingDepthLimit(50);
    options.setCodePointLimit(MAX_CHARACTERS);
    options.setAllowDuplicateKeys(false);
    options.setAllowRecursiveKeys(false);
    return options;
  }
}
