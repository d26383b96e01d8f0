package io.ingot.merge.recipe;

import io.ingot.error.IngotException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** YAML text as nodes with positions, within bounds on its size, depth and aliases. */
public final class YamlDocuments {
  /** Characters of the longest text that is read. */
  static final int LONGEST = 4_000_000;

  private YamlDocuments() {}

  /**
   * The documents of a text; none when it is empty.
   *
   * @param file how messages name it
   * @throws IngotException INVALID when it is no YAML, with line and column
   */
  public static List<Node> compose(String file, String text) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(50);
    options.setNestingDepthLimit(30);
    options.setCodePointLimit(LONGEST);
    try {
      List<Node> nodes = new ArrayList<>();
      new Yaml(new SafeConstructor(options)).composeAll(new StringReader(text)).forEach(nodes::add);
      return nodes;
    } catch (MarkedYAMLException e) {
      String at =
          e.getProblemMark() == null
              ? ""
              : ":"
                  + (e.getProblemMark().getLine() + 1)
                  + ":"
                  + (e.getProblemMark().getColumn() + 1);
      throw IngotException.invalid(file + at + ": no valid YAML: " + e.getProblem());
    } catch (YAMLException e) {
      throw IngotException.invalid(file + ": no valid YAML: " + e.getMessage());
    }
  }
}
