package io.ingot.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.yaml.snakeyaml.nodes.Node;

/**
 * A step as it was read.
 *
 * @param body all keys of the kind, defaults filled in
 * @param node the same with positions, for the reader of merge recipes
 */
public record StepSpec(String name, StepKind kind, ObjectNode body, Node node) {
  /** Path of a key of this step in the job file. */
  public String path(String key) {
    String own = "steps." + name + "." + kind.word();
    return key.isEmpty() ? own : own + "." + key;
  }
}
