package io.ingot.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.job.schema.Scalars;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * One direction in which a matrix varies.
 *
 * @param place of its name in the file
 * @param variations in the order of the file, at least one
 */
record MatrixAxis(String name, Place place, Kind kind, List<Variation> variations) {
  /** What its variations are. */
  enum Kind {
    /** Numbers or words: {@code density: [0.3, 0.5]}. */
    SCALARS,
    /** Values of any shape under names: {@code curve: {up: [0, 1], down: [1, 0]}}. */
    NAMED,
    /** Parts of recipes under names, laid over the recipe of the step. */
    RECIPES
  }

  /**
   * One point of the axis.
   *
   * @param label its name, or the scalar as it was written
   * @param key the node of the name, or of the scalar
   * @param value what {@code ${matrix.AXIS}} stands for, or the part of a recipe
   */
  record Variation(String label, Node key, Node value) {
    Place place() {
      return Place.of(key.getStartMark());
    }

    /** Whether a scalar of the job file means this one: 0.3 is 0.30. */
    boolean is(ScalarNode scalar) {
      if (label.equals(MatrixReader.label(scalar))) {
        return true;
      }
      if (!(key instanceof ScalarNode own)) {
        return false;
      }
      JsonNode mine = Scalars.value(own);
      JsonNode other = Scalars.value(scalar);
      return mine.isNumber() && other.isNumber() && mine.doubleValue() == other.doubleValue();
    }
  }

  /** The part of a member's name. */
  String part(Variation variation) {
    return kind == Kind.RECIPES ? variation.label() : name + "=" + variation.label();
  }

  /** What {@code ${matrix.NAME}} stands for: of a part of a recipe its name. */
  Node reference(Variation variation) {
    return kind != Kind.RECIPES
        ? variation.value()
        : new ScalarNode(
            Tag.STR,
            variation.label(),
            variation.key().getStartMark(),
            variation.key().getEndMark(),
            ScalarStyle.DOUBLE_QUOTED);
  }

  Optional<Variation> find(ScalarNode scalar) {
    return variations.stream().filter(variation -> variation.is(scalar)).findFirst();
  }
}
