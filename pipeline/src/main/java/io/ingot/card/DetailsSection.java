package io.ingot.card;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Architecture, size and prompt format, read from the published files. */
final class DetailsSection implements Section {
  @Override
  public String write(CardFacts facts) {
    if (facts.main().isEmpty()) {
      return "";
    }
    CardFacts.ModelFacts model = facts.main().get();
    List<List<String>> rows = new ArrayList<>();
    if (model.adapter()) {
      adapter(model.config(), rows);
    } else {
      config(model.config(), rows);
    }
    rows.add(List.of("Parameters", Markdown.count(model.parameters())));
    rows.add(List.of("Weights", Markdown.text(String.join(", ", model.dtypes()))));
    String template =
        model
            .chatTemplate()
            .map(
                text ->
                    "\n<details>\n<summary>Prompt template (Jinja)</summary>\n\n"
                        + Markdown.fence("jinja", text)
                        + "\n</details>\n")
            .orElse("");
    return "## Model details\n\n" + Markdown.table(List.of("Property", "Value"), rows) + template;
  }

  private static void config(ObjectNode config, List<List<String>> rows) {
    if (config.path("architectures").path(0).isTextual()) {
      rows.add(
          List.of("Architecture", Markdown.code(config.path("architectures").path(0).asText())));
    }
    number(config, "num_hidden_layers", "Layers", rows);
    number(config, "hidden_size", "Hidden size", rows);
    number(config, "num_attention_heads", "Attention heads", rows);
    number(config, "num_key_value_heads", "Key/value heads", rows);
    number(config, "vocab_size", "Vocabulary", rows);
    number(config, "max_position_embeddings", "Context", rows);
  }

  private static void adapter(ObjectNode config, List<List<String>> rows) {
    rows.add(
        List.of("Kind", Markdown.text("PEFT adapter, " + config.path("peft_type").asText("LORA"))));
    number(config, "r", "Rank", rows);
    number(config, "lora_alpha", "Alpha", rows);
  }

  private static void number(ObjectNode config, String key, String label, List<List<String>> rows) {
    if (config.path(key).isIntegralNumber()) {
      rows.add(List.of(label, Markdown.count(config.path(key).asLong())));
    }
  }
}
