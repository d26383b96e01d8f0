package io.ingot.job;

import io.ingot.job.MatrixAxis.Kind;
import io.ingot.job.MatrixAxis.Variation;
import io.ingot.job.MatrixReader.Exclusion;
import io.ingot.job.MatrixReader.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiPredicate;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * From a recipe and the axes of its matrix to members. Parts of recipes multiply always; an axis of
 * values multiplies only where {@code ${matrix.AXIS}} has an effect on the recipe that they make,
 * so that a bake-off of methods may vary the density of those that have one. The first axis varies
 * slowest.
 */
final class MatrixExpansion {
  private static final int MEMBERS = 200;
  private static final int COMBINATIONS = 5000;
  private static final long NODES = 200_000;
  private static final int NAME = 120;
  private static final Node NOTHING =
      new ScalarNode(Tag.STR, "", null, null, ScalarStyle.DOUBLE_QUOTED);

  /**
   * One member.
   *
   * @param name of the step that it becomes
   */
  record Member(String name, Node recipe) {}

  /** Variations of some of the axes, and where they stand in the order of the file. */
  private record Point(Map<String, Variation> picks, int[] index, Node recipe) {}

  private final Matrix matrix;
  private final List<MatrixAxis> axes;
  private final Problems problems;
  private final Set<String> effect = new HashSet<>();
  private final Map<Node, Set<String>> uses = new IdentityHashMap<>();
  private final Map<Node, Map<String, Node>> pruned = new IdentityHashMap<>();

  private MatrixExpansion(Matrix matrix, Problems problems) {
    this.matrix = matrix;
    this.axes = List.copyOf(matrix.axes().values());
    this.problems = problems;
  }

  /**
   * The members in the order of the file; none where something is wrong, which is then among the
   * problems.
   *
   * @param step its name
   * @param path of the matrix in the file
   * @param place of the matrix
   */
  static List<Member> of(
      String step, Matrix matrix, Node recipe, String path, Place place, Problems problems) {
    Problems own = new Problems();
    List<Member> members = new MatrixExpansion(matrix, own).members(step, recipe, path, place);
    problems.addAll(own);
    return own.isEmpty() ? members : List.of();
  }

  private List<Member> members(String step, Node recipe, String path, Place place) {
    List<Point> points = List.of(new Point(Map.of(), new int[axes.size()], recipe));
    points = multiply(points, path, place, (axis, point) -> axis.kind() == Kind.RECIPES);
    points =
        multiply(
            points,
            path,
            place,
            (axis, point) ->
                axis.kind() != Kind.RECIPES
                    && MatrixReferences.used(method(point.recipe())).contains(axis.name()));
    points = points.stream().map(this::effective).toList();
    points =
        multiply(
            points,
            path,
            place,
            (axis, point) ->
                axis.kind() != Kind.RECIPES
                    && !point.picks().containsKey(axis.name())
                    && used(point.recipe()).contains(axis.name()));
    if (!problems.isEmpty()) {
      return List.of();
    }
    unused(path);
    List<Point> kept = exclude(points);
    if (kept.isEmpty()) {
      problems.add(place, path + "." + MatrixReader.EXCLUDE, "leaves no member");
    } else if (kept.size() > MEMBERS) {
      problems.add(place, path, limit(kept.size()));
    }
    return problems.isEmpty() ? named(step, kept, path, place) : List.of();
  }

  /** The points times the variations of each axis that varies them. */
  private List<Point> multiply(
      List<Point> points, String path, Place place, BiPredicate<MatrixAxis, Point> varies) {
    List<Point> all = points;
    for (int number = 0; number < axes.size() && problems.isEmpty(); number++) {
      List<Point> next = new ArrayList<>();
      for (Point point : all) {
        if (!varies.test(axes.get(number), point)) {
          next.add(point);
        } else if (next.size() <= COMBINATIONS) {
          effect.add(axes.get(number).name());
          multiply(point, number, next);
        }
      }
      all = next;
      if (all.size() > COMBINATIONS) {
        problems.add(place, path, limit(all.size()).replaceFirst("makes", "makes at least"));
      } else {
        tooLarge(all.stream().map(Point::recipe).distinct().toList(), path, place);
      }
    }
    return all;
  }

  private void multiply(Point point, int number, List<Point> into) {
    MatrixAxis axis = axes.get(number);
    for (int i = 0; i < axis.variations().size() && into.size() <= COMBINATIONS; i++) {
      Variation variation = axis.variations().get(i);
      Map<String, Variation> picks = new LinkedHashMap<>(point.picks());
      picks.put(axis.name(), variation);
      int[] index = point.index().clone();
      index[number] = i;
      Node recipe =
          axis.kind() == Kind.RECIPES
              ? NodeOverlay.of(point.recipe(), variation.value())
              : point.recipe();
      into.add(new Point(picks, index, recipe));
    }
  }

  /** The point without parameters that its method does not have. */
  private Point effective(Point point) {
    Node method = MatrixReferences.replace(method(point.recipe()), values(point));
    Node recipe =
        pruned
            .computeIfAbsent(point.recipe(), node -> new HashMap<>())
            .computeIfAbsent(
                method instanceof ScalarNode text ? text.getValue() : "",
                name -> IdleParameters.without(point.recipe(), name));
    return new Point(point.picks(), point.index(), recipe);
  }

  /** The node of {@code merge_method}; an empty text where there is none. */
  private static Node method(Node recipe) {
    if (recipe instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        if (entry.getKeyNode() instanceof ScalarNode key && key.getValue().equals("merge_method")) {
          return entry.getValueNode();
        }
      }
    }
    return NOTHING;
  }

  private Set<String> used(Node recipe) {
    return uses.computeIfAbsent(recipe, MatrixReferences::used);
  }

  private SequencedMap<String, Node> values(Point point) {
    SequencedMap<String, Node> values = new LinkedHashMap<>();
    for (MatrixAxis axis : axes) {
      Variation variation = point.picks().get(axis.name());
      if (variation != null) {
        values.put(axis.name(), axis.reference(variation));
      }
    }
    return values;
  }

  private boolean tooLarge(List<Node> recipes, String path, Place place) {
    long left = NODES;
    for (Node recipe : recipes) {
      left = NodeOverlay.spend(left, recipe);
      if (left < 0) {
        problems.add(
            place, path, "its recipes have more than " + NODES + " values; make it smaller");
        return true;
      }
    }
    return false;
  }

  private static String limit(int members) {
    return "makes "
        + members
        + " members; at most "
        + MEMBERS
        + " are allowed: shorten an axis, exclude combinations, or spread them over several steps";
  }

  private void unused(String path) {
    for (MatrixAxis axis : axes) {
      if (!effect.contains(axis.name())) {
        problems.add(
            axis.place(),
            path + "." + axis.name(),
            "has no effect; write \"${matrix."
                + axis.name()
                + "}\" in the merge, as a parameter that its method has");
      }
    }
  }

  private List<Point> exclude(List<Point> points) {
    List<Point> kept = new ArrayList<>(points);
    for (Exclusion exclusion : matrix.exclusions()) {
      boolean any =
          points.stream()
              .anyMatch(p -> p.picks().entrySet().containsAll(exclusion.picks().entrySet()));
      if (!any) {
        problems.add(exclusion.place(), exclusion.path(), "excludes nothing: no member is like it");
      }
      kept.removeIf(p -> p.picks().entrySet().containsAll(exclusion.picks().entrySet()));
    }
    kept.sort(Comparator.comparing(Point::index, Arrays::compare));
    return kept;
  }

  private List<Member> named(String step, List<Point> points, String path, Place place) {
    List<Member> members = new ArrayList<>();
    for (Point point : points) {
      StringBuilder name = new StringBuilder(step);
      for (MatrixAxis axis : axes) {
        Variation variation = point.picks().get(axis.name());
        if (variation != null) {
          name.append('.').append(axis.part(variation));
        }
      }
      if (name.length() > NAME) {
        problems.add(
            place,
            path,
            "its member "
                + name
                + " has a name of more than "
                + NAME
                + " characters; shorten names");
        return List.of();
      }
      members.add(
          new Member(name.toString(), MatrixReferences.replace(point.recipe(), values(point))));
    }
    return tooLarge(members.stream().map(Member::recipe).toList(), path, place)
        ? List.of()
        : members;
  }
}
