package io.ingot.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.job.MatrixExpansion.Member;
import io.ingot.job.MatrixReader.Matrix;
import io.ingot.job.schema.Schema;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;

/**
 * From the steps of a tree to steps: each matrix becomes its members, and its name in the models of
 * an evaluation stands for all of them. Not thread-safe.
 */
final class StepReader {
  private static final String MATRIX = "matrix";

  final SequencedMap<String, StepSpec> steps = new LinkedHashMap<>();
  final SequencedMap<String, MatrixSpec> matrices = new LinkedHashMap<>();
  final Set<String> broken = new HashSet<>();

  private final NodeReader reader;
  private final Map<String, Place> places;
  private final Problems problems;

  StepReader(NodeReader reader, Map<String, Place> places, Problems problems) {
    this.reader = reader;
    this.places = places;
    this.problems = problems;
  }

  /**
   * Reads the steps.
   *
   * @param tree as the reader made it of the root
   */
  void read(JsonNode tree, Node root) {
    for (Map.Entry<String, JsonNode> entry : tree.path("steps").properties()) {
      String name = entry.getKey();
      JsonNode keys = entry.getValue();
      Node node = descend(descend(root, "steps"), name);
      StepKind kind = StepKind.of(keys).orElse(null);
      boolean varied = keys.has(MATRIX);
      if (kind == null || keys.size() != (varied ? 2 : 1)) {
        broken.add(name);
        if (varied && !hasKind(node)) {
          problems.add(place(name), path(name), "has no 'merge' beside it to vary");
        }
      } else if (!varied) {
        Node body = descend(node, kind.word());
        steps.put(name, new StepSpec(name, kind, (ObjectNode) keys.get(kind.word()), body));
      } else if (kind != StepKind.MERGE) {
        broken.add(name);
        problems.add(
            place(name), path(name), "varies a merge; a " + kind.word() + " step cannot be varied");
      } else {
        matrix(name, descend(node, MATRIX), descend(node, kind.word()));
      }
    }
    references(root);
    steps.values().stream().filter(step -> step.kind() == StepKind.EVALUATE).forEach(this::spread);
  }

  private static boolean hasKind(Node step) {
    Set<String> keys = Mappings.entries((MappingNode) step, "", new Problems()).keySet();
    return Arrays.stream(StepKind.values()).map(StepKind::word).anyMatch(keys::contains);
  }

  private static String path(String step) {
    return "steps." + step + "." + MATRIX;
  }

  private Place place(String step) {
    Place place = places.get(path(step));
    if (place == null) {
      throw new IllegalStateException("no place of " + step);
    }
    return place;
  }

  private void matrix(String name, Node axes, Node recipe) {
    int before = problems.found().size();
    Matrix matrix = MatrixReader.read(axes, path(name), problems);
    if (!matrix.names().isEmpty()) {
      MatrixReferences.check(recipe, "steps." + name + ".merge", matrix, problems);
      matrix.axes().values().forEach(axis -> inner(axis, name, matrix));
    }
    if (problems.found().size() == before) {
      List<Member> members =
          MatrixExpansion.of(name, matrix, recipe, path(name), place(name), problems);
      members(name, matrix.names(), members);
    }
    if (!matrices.containsKey(name)) {
      broken.add(name);
    }
  }

  /** Parts of recipes may refer to other axes. */
  private void inner(MatrixAxis axis, String name, Matrix matrix) {
    if (axis.kind() == MatrixAxis.Kind.RECIPES) {
      for (MatrixAxis.Variation variation : axis.variations()) {
        String at = path(name) + "." + axis.name() + "." + variation.label();
        MatrixReferences.check(variation.value(), at, matrix, problems);
      }
    }
  }

  private void members(String name, List<String> axes, List<Member> members) {
    Map<JsonNode, String> seen = new HashMap<>();
    for (Member member : members) {
      String path = "steps." + member.name() + ".merge";
      Node recipe = member.recipe();
      JsonNode body = reader.read(recipe, new Schema.Tree("", List.of()), path);
      if (!(body instanceof ObjectNode object)) {
        throw new IllegalStateException("no mapping: " + path);
      }
      String same = seen.putIfAbsent(object, member.name());
      if (same != null) {
        problems.add(Place.of(recipe.getStartMark()), path, "is the same merge as that of " + same);
      }
      steps.put(member.name(), new StepSpec(member.name(), StepKind.MERGE, object, recipe));
    }
    if (!members.isEmpty()) {
      matrices.put(name, new MatrixSpec(name, axes, members.stream().map(Member::name).toList()));
    }
  }

  /** What a matrix varies may refer to it; nothing else may. */
  private void references(Node root) {
    if (!(root instanceof MappingNode mapping)) {
      return;
    }
    for (Map.Entry<String, NodeTuple> key :
        Mappings.entries(mapping, "", new Problems()).entrySet()) {
      Node value = key.getValue().getValueNode();
      if (!key.getKey().equals("steps") || !(value instanceof MappingNode all)) {
        outside(value, key.getKey());
        continue;
      }
      Mappings.entries(all, "steps", new Problems())
          .forEach(
              (name, step) -> {
                if (!matrices.containsKey(name) && !places.containsKey(path(name))) {
                  outside(step.getValueNode(), "steps." + name);
                }
              });
    }
  }

  private void outside(Node node, String path) {
    MatrixReferences.refuse(
        node, path, "has a meaning only in the merge of a step with 'matrix'", problems);
  }

  /** The name of a matrix stands for its members; each keeps the place of the name. */
  private void spread(StepSpec evaluation) {
    if (!(evaluation.body().get("models") instanceof ArrayNode named)) {
      return;
    }
    ArrayNode models = evaluation.body().arrayNode();
    Map<String, Place> moved = new HashMap<>();
    for (int i = 0; i < named.size(); i++) {
      String name = named.get(i).asText();
      Optional<MatrixSpec> matrix = Optional.ofNullable(matrices.get(name));
      Place place = places.get(evaluation.path("models[" + i + "]"));
      for (String model : matrix.map(MatrixSpec::members).orElse(List.of(name))) {
        if (place != null) {
          moved.put(evaluation.path("models[" + models.size() + "]"), place);
        }
        models.add(model);
      }
    }
    evaluation.body().set("models", models);
    places.putAll(moved);
  }

  private static Node descend(Node node, String key) {
    NodeTuple entry = Mappings.entries((MappingNode) node, "", new Problems()).get(key);
    if (entry == null) {
      throw new IllegalStateException("no key " + key);
    }
    return entry.getValueNode();
  }
}
