package io.ingot.job.schema;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The axes of a matrix as JSON Schema. */
final class MatrixSchema {
  private MatrixSchema() {}

  static void of(ObjectNode json, Schema.Matrix matrix) {
    json.put("type", "object");
    json.put("minProperties", 1);
    ObjectNode exclude = json.putObject("properties").putObject("exclude");
    exclude.put("type", "array");
    exclude.put("description", "Combinations that are left out: one value of some of the axes.");
    ObjectNode combination = exclude.putObject("items");
    combination.put("type", "object");
    combination.put("minProperties", 1);
    scalar(combination.putObject("additionalProperties"));
    ObjectNode axis = json.putObject("additionalProperties");
    axis.put(
        "description",
        "An axis: values, or values under names, that the merge uses as ${matrix.AXIS}; or parts of"
            + " a recipe under names, laid over the merge (mappings merge, lists and scalars"
            + " replace).");
    ArrayNode shapes = axis.putArray("anyOf");
    ObjectNode values = shapes.addObject();
    values.put("type", "array");
    values.put("minItems", 1);
    values.put("uniqueItems", true);
    scalar(values.putObject("items"));
    ObjectNode names = shapes.addObject();
    names.put("type", "object");
    names.put("minProperties", 1);
    names.putObject("propertyNames").put("pattern", "^(" + Named.ANY + ")$");
    ArrayNode kinds = names.putObject("additionalProperties").putArray("anyOf");
    JsonSchema.tree(kinds.addObject(), new Schema.Tree("", matrix.keys()));
    scalar(kinds.addObject());
    kinds.addObject().put("type", "array");
  }

  private static void scalar(ObjectNode json) {
    json.putArray("type").add("number").add("string").add("boolean");
  }
}
