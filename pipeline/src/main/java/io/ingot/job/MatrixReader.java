package io.ingot.job;

import io.ingot.job.MatrixAxis.Kind;
import io.ingot.job.MatrixAxis.Variation;
import io.ingot.job.schema.Named;
import io.ingot.job.schema.Scalars;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.yaml.snakeyaml.nodes.CollectionNode;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Reads the axes and exclusions of a {@code matrix}. */
final class MatrixReader {
  static final String EXCLUDE = "exclude";
  private static final String AXIS = "[A-Za-z][A-Za-z0-9_]{0,31}";
  private static final String LABEL = "[A-Za-z0-9_.-]{1,40}";

  /**
   * What must not become members.
   *
   * @param picks the variations that a member must have, by axis
   */
  record Exclusion(Place place, String path, Map<String, Variation> picks) {}

  /**
   * A matrix as it was read.
   *
   * @param axes in the order of the file; those that are wrong are missing
   * @param names of all axes
   */
  record Matrix(
      SequencedMap<String, MatrixAxis> axes, List<String> names, List<Exclusion> exclusions) {}

  private final Problems problems;

  private MatrixReader(Problems problems) {
    this.problems = problems;
  }

  /** The matrix; what is wrong with it is among the problems. */
  static Matrix read(Node node, String path, Problems problems) {
    Problems own = new Problems();
    Matrix matrix = new MatrixReader(own).matrix(node, path);
    problems.addAll(own);
    return matrix;
  }

  private Matrix matrix(Node node, String path) {
    SequencedMap<String, MatrixAxis> axes = new LinkedHashMap<>();
    List<Exclusion> exclusions = new ArrayList<>();
    List<String> names = new ArrayList<>();
    Matrix matrix = new Matrix(axes, names, exclusions);
    if (!(node instanceof MappingNode mapping)) {
      wrong(node, path, "expected a mapping of axes, such as density: [0.3, 0.5, 0.7]");
      return matrix;
    }
    SequencedMap<String, NodeTuple> entries = Mappings.entries(mapping, path, new Problems());
    entries.forEach(
        (name, tuple) -> {
          if (!name.equals(EXCLUDE)) {
            names.add(name);
            axis(name, tuple, path).ifPresent(axis -> axes.put(name, axis));
          }
        });
    NodeTuple exclude = entries.get(EXCLUDE);
    if (entries.size() == (exclude == null ? 0 : 1)) {
      wrong(node, path, "has no axis; expected such as density: [0.3, 0.5, 0.7]");
    } else if (exclude != null && problems.isEmpty()) {
      exclusions(exclude.getValueNode(), path + "." + EXCLUDE, axes, exclusions);
    }
    return matrix;
  }

  private Optional<MatrixAxis> axis(String name, NodeTuple tuple, String path) {
    String inner = path + "." + name;
    Place place = Place.of(tuple.getKeyNode().getStartMark());
    if (!name.matches(AXIS)) {
      problems.add(place, inner, "'" + name + "' is no name of an axis; expected " + AXIS);
      return Optional.empty();
    }
    Node value = tuple.getValueNode();
    int before = problems.found().size();
    Optional<MatrixAxis> axis =
        switch (value) {
          case SequenceNode list -> Optional.of(scalars(name, place, list, inner));
          case MappingNode mapping -> Optional.of(named(name, place, mapping, inner));
          default -> Optional.empty();
        };
    if (axis.isEmpty()) {
      wrong(
          value,
          inner,
          "expected a list of values, or a mapping from names to values or to parts of a recipe");
    } else if (((CollectionNode<?>) value).getValue().isEmpty()) {
      wrong(value, inner, "is empty; an axis needs at least one value");
    } else if (axis.get().kind() != Kind.RECIPES) {
      MatrixReferences.refuse(value, inner, "cannot be part of a value of an axis", problems);
    }
    return problems.found().size() == before ? axis : Optional.empty();
  }

  private MatrixAxis scalars(String name, Place place, SequenceNode list, String path) {
    List<Variation> variations = new ArrayList<>();
    for (int i = 0; i < list.getValue().size(); i++) {
      Node item = list.getValue().get(i);
      String at = path + "[" + i + "]";
      if (!(item instanceof ScalarNode scalar) || Scalars.value(scalar).isNull()) {
        wrong(
            item,
            at,
            "expected a number or a word; values of other shapes need names, such as "
                + name
                + ": {up: [0, 1], down: [1, 0]}");
      } else if (!label(scalar).matches(LABEL) && !MatrixReferences.in(scalar)) {
        wrong(
            item,
            at,
            "'"
                + scalar.getValue()
                + "' cannot be part of a step's name ("
                + LABEL
                + "); name it, as in "
                + name
                + ": {short: '"
                + scalar.getValue()
                + "'}");
      } else {
        Optional<Variation> same = variations.stream().filter(v -> v.is(scalar)).findFirst();
        if (same.isPresent()) {
          wrong(
              item,
              at,
              "'" + scalar.getValue() + "' is the same value as '" + same.get().label() + "'");
        }
        variations.add(new Variation(label(scalar), scalar, scalar));
      }
    }
    return new MatrixAxis(name, place, Kind.SCALARS, variations);
  }

  private MatrixAxis named(String name, Place place, MappingNode mapping, String path) {
    List<Variation> variations = new ArrayList<>();
    SequencedMap<String, NodeTuple> entries = Mappings.entries(mapping, path, new Problems());
    boolean recipes =
        entries.values().stream().anyMatch(t -> t.getValueNode() instanceof MappingNode);
    entries.forEach(
        (label, tuple) -> {
          String at = path + "." + label;
          Node value = tuple.getValueNode();
          if (!label.matches(Named.ANY)) {
            wrong(tuple.getKeyNode(), at, "'" + label + "' is no name; expected " + Named.ANY);
          } else if (recipes && !(value instanceof MappingNode)) {
            wrong(
                value, at, "expected a part of a recipe, as its neighbors are; {} changes nothing");
          } else if (value instanceof ScalarNode scalar && Scalars.value(scalar).isNull()) {
            wrong(value, at, "expected a value; a part of a recipe that changes nothing is {}");
          } else {
            variations.add(new Variation(label, tuple.getKeyNode(), value));
          }
        });
    return new MatrixAxis(name, place, recipes ? Kind.RECIPES : Kind.NAMED, variations);
  }

  private void exclusions(
      Node node, String path, Map<String, MatrixAxis> axes, List<Exclusion> exclusions) {
    if (!(node instanceof SequenceNode list)) {
      wrong(node, path, "expected a list of combinations, such as [{density: 0.3, weight: 1.0}]");
      return;
    }
    for (int i = 0; i < list.getValue().size(); i++) {
      String at = path + "[" + i + "]";
      if (list.getValue().get(i) instanceof MappingNode mapping && !mapping.getValue().isEmpty()) {
        Map<String, Variation> picks = new LinkedHashMap<>();
        Mappings.entries(mapping, at, new Problems())
            .forEach((name, tuple) -> pick(name, tuple, at + "." + name, axes, picks));
        exclusions.add(new Exclusion(Place.of(mapping.getStartMark()), at, picks));
      } else {
        wrong(list.getValue().get(i), at, "expected a mapping from axes to one value each");
      }
    }
  }

  private void pick(
      String name,
      NodeTuple tuple,
      String path,
      Map<String, MatrixAxis> axes,
      Map<String, Variation> picks) {
    MatrixAxis axis = axes.get(name);
    if (axis == null) {
      Place place = Place.of(tuple.getKeyNode().getStartMark());
      problems.addUnknown(place, path, "there is no axis '" + name + "'", name, axes.keySet());
    } else if (tuple.getValueNode() instanceof ScalarNode scalar) {
      axis.find(scalar)
          .ifPresentOrElse(
              variation -> picks.put(name, variation),
              () ->
                  problems.addUnknown(
                      Place.of(scalar.getStartMark()),
                      path,
                      "axis '" + name + "' has no '" + scalar.getValue() + "'",
                      scalar.getValue(),
                      axis.variations().stream().map(Variation::label).toList()));
    } else {
      wrong(tuple.getValueNode(), path, "expected one value of axis '" + name + "'");
    }
  }

  /** How a scalar is written in a member's name. */
  static String label(ScalarNode scalar) {
    return Scalars.value(scalar).isNumber()
        ? scalar.getValue().replace("+", "")
        : scalar.getValue();
  }

  private void wrong(Node node, String path, String message) {
    problems.add(Place.of(node.getStartMark()), path, message);
  }
}
