package io.ingot.merge.recipe;

import io.ingot.merge.recipe.Setting.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Reads the value of a parameter. */
final class SettingReader {
  private SettingReader() {}

  /** A number, a list of numbers, a list of filtered values, or one filtered value. */
  static Setting read(YamlNode node) {
    if (node.isMap()) {
      return new Setting(List.of(filtered(node)));
    }
    if (!node.isList()) {
      return new Setting(List.of(new Case(null, List.of(number(node)))));
    }
    List<YamlNode> elements = node.list();
    if (elements.isEmpty()) {
      node.error("an empty list has no value; give at least one number");
      return Setting.of(0);
    }
    if (elements.stream().noneMatch(YamlNode::isMap)) {
      return new Setting(List.of(new Case(null, gradient(node))));
    }
    return new Setting(elements.stream().map(SettingReader::filtered).toList());
  }

  private static Case filtered(YamlNode node) {
    Map<String, YamlNode> keys = node.map();
    YamlNode.rejectUnknown(keys, List.of("filter", "value"));
    if (!RecipeReader.present(keys, "value")) {
      node.error("expected {filter: part of a tensor name, value: number or list}");
      return new Case(null, List.of(0.0));
    }
    YamlNode value = RecipeReader.child(keys, "value");
    String filter = RecipeReader.optional(keys, "filter").map(YamlNode::text).orElse(null);
    return new Case(filter, value.isList() ? gradient(value) : List.of(number(value)));
  }

  private static List<Double> gradient(YamlNode node) {
    List<Double> numbers = new ArrayList<>();
    node.list().forEach(e -> numbers.add(number(e)));
    if (numbers.isEmpty()) {
      node.error("an empty list has no value; give at least one number");
      numbers.add(0.0);
    }
    return numbers;
  }

  private static double number(YamlNode node) {
    OptionalDouble number = node.number();
    if (number.isEmpty()) {
      node.error("expected a number, found " + node.describe());
    }
    return number.orElse(0);
  }
}
