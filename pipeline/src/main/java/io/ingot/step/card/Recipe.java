package io.ingot.step.card;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.jspecify.annotations.Nullable;

/** Everything that is needed to make the release again: {@code recipe.yaml}. */
final class Recipe {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build();

  private Recipe() {}

  static String write(CardParameters parameters) {
    try {
      return YAML.writeValueAsString(tree(parameters));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static ObjectNode tree(CardParameters parameters) {
    ObjectNode top = JsonNodeFactory.instance.objectNode();
    top.put("name", parameters.name());
    ObjectNode models = top.putObject("models");
    ReleaseFacts.sorted(parameters.models())
        .forEach(
            (name, model) -> {
              ObjectNode one = models.putObject(name);
              put(one, "hub", model.repo());
              put(one, "revision", model.commit());
            });
    ObjectNode datasets = top.putObject("datasets");
    ReleaseFacts.sorted(parameters.datasets())
        .forEach(
            (name, data) -> {
              ObjectNode one = datasets.putObject(name);
              put(one, "hub", data.repo());
              put(one, "revision", data.commit());
              put(one, "split", data.split());
              put(one, "file", data.file());
              put(one, "sha256", data.sha256());
              put(one, "format", data.format());
            });
    ObjectNode steps = top.putObject("steps");
    ReleaseFacts.sorted(parameters.steps())
        .forEach(
            (name, step) -> {
              ObjectNode one = steps.putObject(name);
              one.put("kind", step.kind());
              if (!ReleaseFacts.sorted(step.inputs()).isEmpty()) {
                ObjectNode inputs = one.putObject("inputs");
                ReleaseFacts.sorted(step.inputs()).forEach(inputs::put);
              }
              JsonNode settings = step.parameters();
              if (settings != null && !settings.isEmpty()) {
                one.set("parameters", settings);
              }
            });
    return top;
  }

  private static void put(ObjectNode tree, String key, @Nullable String value) {
    if (value != null) {
      tree.put(key, value);
    }
  }
}
