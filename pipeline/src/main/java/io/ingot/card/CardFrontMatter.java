package io.ingot.card;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The YAML block: what the Hub reads. */
final class CardFrontMatter {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build();

  private CardFrontMatter() {}

  static String write(CardFacts facts) {
    try {
      return "---\n" + YAML.writeValueAsString(tree(facts)) + "---\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static ObjectNode tree(CardFacts facts) {
    ObjectNode top = JSON.objectNode();
    top.put("license", facts.verdict().license());
    facts.verdict().licenseName().ifPresent(name -> top.put("license_name", name));
    facts.verdict().licenseLink().ifPresent(link -> top.put("license_link", link));
    List<String> bases = facts.bases().stream().map(CardFacts.Base::repository).distinct().toList();
    if (!bases.isEmpty()) {
      top.set("base_model", strings(bases));
      top.put("base_model_relation", facts.relation());
    }
    List<String> datasets =
        facts.datasets().stream()
            .filter(data -> data.onHub() && data.training())
            .map(CardFacts.Dataset::source)
            .distinct()
            .toList();
    if (!datasets.isEmpty()) {
      top.set("datasets", strings(datasets));
    }
    JsonNode language = facts.carried().path("language");
    if (language.isArray() || language.isTextual()) {
      top.set("language", language);
    }
    top.put("library_name", library(facts));
    JsonNode pipeline = facts.carried().path("pipeline_tag");
    top.put("pipeline_tag", pipeline.isTextual() ? pipeline.asText() : "text-generation");
    top.set("tags", strings(tags(facts)));
    ArrayNode index = ModelIndex.of(facts);
    if (!index.isEmpty()) {
      top.set("model-index", index);
    }
    return top;
  }

  private static String library(CardFacts facts) {
    if (facts.main().isEmpty()) {
      return "gguf";
    }
    return facts.main().get().adapter() ? "peft" : "transformers";
  }

  private static List<String> tags(CardFacts facts) {
    Set<String> tags = new LinkedHashSet<>();
    facts
        .main()
        .filter(model -> !model.adapter())
        .map(model -> model.config().path("model_type").asText(""))
        .filter(type -> !type.isEmpty())
        .ifPresent(tags::add);
    if (facts.trainings().stream()
        .anyMatch(t -> !t.facts().path("method").asText().equals("full"))) {
      tags.add("lora");
    }
    if (!facts.merges().isEmpty()) {
      tags.add("merge");
      tags.add("mergekit");
    }
    if (!facts.gguf().isEmpty()) {
      tags.add("gguf");
      tags.add("llama-cpp");
    }
    tags.add("ingot");
    return List.copyOf(tags);
  }

  private static ArrayNode strings(List<String> values) {
    ArrayNode array = JSON.arrayNode();
    values.forEach(array::add);
    return array;
  }
}
