package io.ingot.job.schema;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.job.schema.Schema.Bounds;
import io.ingot.job.schema.Schema.Group;
import io.ingot.job.schema.Schema.Key;

/** A schema as JSON Schema (draft 7, which editors know best). */
public final class JsonSchema {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private JsonSchema() {}

  /** The document for editors. */
  public static ObjectNode document(Schema.Struct root, String title) {
    ObjectNode document = JSON.objectNode();
    document.put("$schema", "http://json-schema.org/draft-07/schema#");
    document.put("title", title);
    document.setAll(of(root));
    return document;
  }

  private static ObjectNode of(Schema schema) {
    ObjectNode json = JSON.objectNode();
    switch (schema) {
      case Schema.Text text -> {
        json.put("type", "string");
        text.pattern().ifPresent(p -> json.put("pattern", anchored(p)));
      }
      case Schema.Choice choice -> {
        json.put("type", "string");
        ArrayNode words = json.putArray("enum");
        choice.words().keySet().forEach(words::add);
        if (choice.words().values().stream().anyMatch(doc -> !doc.isEmpty())) {
          ArrayNode docs = json.putArray("enumDescriptions");
          choice.words().values().forEach(docs::add);
        }
      }
      case Schema.Truth truth -> json.put("type", "boolean");
      case Schema.Whole whole -> bounds(json.put("type", "integer"), whole.bounds());
      case Schema.Real real -> bounds(json.put("type", "number"), real.bounds());
      case Schema.Items items -> {
        json.put("type", "array");
        json.set("items", of(items.item()));
        if (!items.empty()) {
          json.put("minItems", 1);
        }
      }
      case Schema.Names names -> {
        json.put("type", "object");
        names.pattern().ifPresent(p -> json.putObject("propertyNames").put("pattern", anchored(p)));
        json.set("additionalProperties", of(names.value()));
      }
      case Schema.Struct struct -> struct(json, struct);
      case Schema.Either either -> {
        ArrayNode shapes = json.putArray("anyOf");
        either.shapes().forEach(shape -> shapes.add(of(shape)));
      }
      case Schema.Tree tree -> tree(json, tree);
      case Schema.Matrix matrix -> MatrixSchema.of(json, matrix);
    }
    return json;
  }

  static void tree(ObjectNode json, Schema.Tree tree) {
    json.put("type", "object");
    if (!tree.keys().isEmpty()) {
      ObjectNode properties = json.putObject("properties");
      tree.keys().forEach(properties::putObject);
      json.put("additionalProperties", false);
    }
  }

  private static void struct(ObjectNode json, Schema.Struct struct) {
    json.put("type", "object");
    describe(json, struct.doc());
    ObjectNode properties = json.putObject("properties");
    ArrayNode required = JSON.arrayNode();
    struct
        .keys()
        .forEach(
            (name, key) -> {
              properties.set(name, key(key));
              if (key.required()) {
                required.add(name);
              }
            });
    if (!required.isEmpty()) {
      json.set("required", required);
    }
    json.put("additionalProperties", false);
    struct
        .keys()
        .forEach(
            (name, key) -> {
              if (key.schema() instanceof Schema.Matrix matrix) {
                json.putObject("dependencies").putArray(name).add(matrix.beside());
              }
            });
    ArrayNode all = JSON.arrayNode();
    struct.groups().forEach(group -> group(all, group));
    if (!all.isEmpty()) {
      json.set("allOf", all);
    }
  }

  private static ObjectNode key(Key key) {
    ObjectNode json = of(key.schema());
    if (key.nullable()) {
      json = nullable(json);
    }
    describe(json, key.doc());
    if (key.byDefault().isPresent()) {
      json.set("default", key.byDefault().get());
    }
    return json;
  }

  private static ObjectNode nullable(ObjectNode json) {
    if (json.has("anyOf")) {
      ((ArrayNode) json.get("anyOf")).addObject().put("type", "null");
      return json;
    }
    String type = json.get("type").textValue();
    json.putArray("type").add(type).add("null");
    if (json.has("enum")) {
      ((ArrayNode) json.get("enum")).addNull();
    }
    return json;
  }

  /** At most one: no two together. Exactly one: also at least one. */
  private static void group(ArrayNode all, Group group) {
    for (int i = 0; i < group.keys().size(); i++) {
      for (int j = i + 1; j < group.keys().size(); j++) {
        all.addObject()
            .putObject("not")
            .putArray("required")
            .add(group.keys().get(i))
            .add(group.keys().get(j));
      }
    }
    if (group.required()) {
      ArrayNode any = all.addObject().putArray("anyOf");
      group.keys().forEach(key -> any.addObject().putArray("required").add(key));
    }
  }

  private static void bounds(ObjectNode json, Bounds bounds) {
    bound(json, "minimum", bounds.min());
    bound(json, "exclusiveMinimum", bounds.above());
    bound(json, "maximum", bounds.max());
    bound(json, "exclusiveMaximum", bounds.below());
  }

  private static void bound(ObjectNode json, String name, double bound) {
    if (!Double.isInfinite(bound)) {
      if (bound == Math.rint(bound)) {
        json.put(name, (long) bound);
      } else {
        json.put(name, bound);
      }
    }
  }

  private static void describe(ObjectNode json, String doc) {
    if (!doc.isEmpty()) {
      json.put("description", doc);
    }
  }

  private static String anchored(String pattern) {
    return "^(?:" + pattern + ")$";
  }
}
