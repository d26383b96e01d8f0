package io.ingot.job;

import io.ingot.job.MatrixAxis.Kind;
import io.ingot.job.MatrixAxis.Variation;
import io.ingot.job.MatrixReader.Exclusion;
import io.ingot.job.MatrixReader.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.yaml.snakeyaml.nodes.Node;

/**
 * From a recipe and the axes of its matrix to members. Parts of recipes multiply always; an axis of
 * values multiplies only where {@code ${matrix.AXIS}} stands in the recipe that they make, so that
 * a bake-off of methods may vary the density of those that have one. The first axis varies slowest.
 */
final class MatrixExpansion {
  private static final int MEMBERS = 200;
  private static final int COMBINATIONS = 5000;
  private static final long NODES = 200_000;
  private static final int NAME = 120;

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
  private final Set<String> used = new HashSet<>();

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
    for (int axis = 0; axis < axes.size(); axis++) {
      if (axes.get(axis).kind() == Kind.RECIPES) {
        points = multiply(points, axis, true);
      }
      if (tooMany(points, path, place)) {
        return List.of();
      }
    }
    for (int axis = 0; axis < axes.size(); axis++) {
      if (axes.get(axis).kind() != Kind.RECIPES) {
        points = multiply(points, axis, false);
      }
      if (tooMany(points, path, place)) {
        return List.of();
      }
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

  private List<Point> multiply(List<Point> points, int number, boolean overlay) {
    MatrixAxis axis = axes.get(number);
    List<Point> result = new ArrayList<>();
    for (Point point : points) {
      if (!overlay && !MatrixReferences.used(point.recipe()).contains(axis.name())) {
        result.add(point);
        continue;
      }
      used.add(axis.name());
      for (int i = 0; i < axis.variations().size() && result.size() <= COMBINATIONS; i++) {
        Variation variation = axis.variations().get(i);
        Map<String, Variation> picks = new LinkedHashMap<>(point.picks());
        picks.put(axis.name(), variation);
        int[] index = point.index().clone();
        index[number] = i;
        Node recipe = overlay ? NodeOverlay.of(point.recipe(), variation.value()) : point.recipe();
        result.add(new Point(picks, index, recipe));
      }
    }
    return result;
  }

  private boolean tooMany(List<Point> points, String path, Place place) {
    if (points.size() > COMBINATIONS) {
      problems.add(place, path, limit(points.size()).replaceFirst("makes", "makes at least"));
      return true;
    }
    return tooLarge(points.stream().map(Point::recipe).distinct().toList(), path, place);
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
      if (!used.contains(axis.name())) {
        problems.add(
            axis.place(),
            path + "." + axis.name(),
            "is used nowhere; write \"${matrix." + axis.name() + "}\" in the merge");
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
      SequencedMap<String, Node> values = new LinkedHashMap<>();
      for (MatrixAxis axis : axes) {
        Variation variation = point.picks().get(axis.name());
        if (variation != null) {
          name.append('.').append(axis.part(variation));
          values.put(axis.name(), axis.reference(variation));
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
      members.add(new Member(name.toString(), MatrixReferences.replace(point.recipe(), values)));
    }
    return tooLarge(members.stream().map(Member::recipe).toList(), path, place)
        ? List.of()
        : members;
  }
}
