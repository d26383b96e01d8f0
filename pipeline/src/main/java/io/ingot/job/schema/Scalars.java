package io.ingot.job.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.math.BigInteger;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * What an unquoted word of YAML means: the core schema of YAML 1.2 (section 10.3.2), under which
 * {@code 1e-4} is a number and {@code no} is text.
 */
public final class Scalars {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Pattern NULL = Pattern.compile("null|Null|NULL|~|");
  private static final Pattern TRUE = Pattern.compile("true|True|TRUE");
  private static final Pattern FALSE = Pattern.compile("false|False|FALSE");
  private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,40}");
  private static final Pattern OCTAL = Pattern.compile("0o[0-7]{1,20}");
  private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]{1,16}");
  private static final Pattern REAL =
      Pattern.compile("[-+]?(\\.[0-9]{1,40}|[0-9]{1,40}(\\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,4})?");
  private static final Pattern INFINITE = Pattern.compile("[-+]?\\.(inf|Inf|INF)");
  private static final Pattern NOT_A_NUMBER = Pattern.compile("\\.(nan|NaN|NAN)");

  private Scalars() {}

  /** The value of a scalar; quoted and block scalars are text. */
  public static JsonNode value(ScalarNode node) {
    String text = node.getValue();
    return node.getScalarStyle() == ScalarStyle.PLAIN ? plain(text) : JSON.textNode(text);
  }

  private static JsonNode plain(String text) {
    if (NULL.matcher(text).matches()) {
      return JSON.nullNode();
    } else if (TRUE.matcher(text).matches()) {
      return JSON.booleanNode(true);
    } else if (FALSE.matcher(text).matches()) {
      return JSON.booleanNode(false);
    } else if (WHOLE.matcher(text).matches()) {
      return whole(new BigInteger(text));
    } else if (OCTAL.matcher(text).matches()) {
      return whole(new BigInteger(text.substring(2), 8));
    } else if (HEXADECIMAL.matcher(text).matches()) {
      return whole(new BigInteger(text.substring(2), 16));
    } else if (REAL.matcher(text).matches()) {
      return JSON.numberNode(Double.parseDouble(text));
    } else if (INFINITE.matcher(text).matches()) {
      return JSON.numberNode(
          text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
    } else if (NOT_A_NUMBER.matcher(text).matches()) {
      return JSON.numberNode(Double.NaN);
    }
    return JSON.textNode(text);
  }

  private static JsonNode whole(BigInteger number) {
    return number.bitLength() < 32
        ? JSON.numberNode(number.intValue())
        : number.bitLength() < 64 ? JSON.numberNode(number.longValue()) : JSON.numberNode(number);
  }

  /** A YAML text of our own, such as a default, as a tree. */
  static JsonNode tree(String yaml) {
    Node node = new Yaml(new LoaderOptions()).compose(new StringReader(yaml));
    return node == null ? JSON.nullNode() : tree(node);
  }

  private static JsonNode tree(Node node) {
    return switch (node) {
      case ScalarNode scalar -> value(scalar);
      case SequenceNode list -> {
        ArrayNode array = JSON.arrayNode();
        list.getValue().forEach(item -> array.add(tree(item)));
        yield array;
      }
      case MappingNode mapping -> {
        ObjectNode object = JSON.objectNode();
        for (NodeTuple tuple : mapping.getValue()) {
          object.set(((ScalarNode) tuple.getKeyNode()).getValue(), tree(tuple.getValueNode()));
        }
        yield object;
      }
      default -> throw new IllegalArgumentException("no tree: " + node);
    };
  }
}
