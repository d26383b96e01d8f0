package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stacks of layers do to the keys of config.json that speak of single layers. */
class LayerOriginsTest {
  private static final String STACK =
      "merge_method: passthrough\nslices:\n"
          + "  - sources: [{model: a, layer_range: [0, 3]}]\n"
          + "  - sources: [{model: b, layer_range: [1, 4]}]\n";

  @TempDir Path root;

  private TinyModel model() {
    return new TinyModel(4, 16);
  }

  private JsonNode config(MergeOptions options, List<String> warnings) throws Exception {
    Path out = root.resolve("out");
    MergeSummary summary = GoldenMerge.run(root, STACK, options, out);
    warnings.addAll(summary.warnings());
    return new ObjectMapper().readTree(out.resolve("config.json").toFile());
  }

  private JsonNode config() throws Exception {
    return config(MergeOptions.defaults(), new java.util.ArrayList<>());
  }

  @Test
  void takesTheEntriesOfTheModelsThatTheLayersComeFrom() throws Exception {
    model()
        .config("layer_types", List.of("full", "sliding", "full", "sliding"))
        .config("mlp_only_layers", List.of(0, 2))
        .config("max_window_layers", 4)
        .config("eos_token_id", List.of(1, 2, 3, 4))
        .write(root.resolve("a"));
    model()
        .config("layer_types", List.of("linear", "sliding", "linear", "linear"))
        .config("mlp_only_layers", List.of(3))
        .write(root.resolve("b"));
    JsonNode config = config();
    assertThat(config.path("num_hidden_layers").asInt()).isEqualTo(6);
    assertThat(config.path("layer_types"))
        .extracting(JsonNode::asText)
        .containsExactly("full", "sliding", "full", "sliding", "linear", "linear");
    assertThat(config.path("mlp_only_layers")).extracting(JsonNode::asInt).containsExactly(0, 2, 5);
    assertThat(config.path("max_window_layers").asInt()).isEqualTo(6);
    assertThat(config.path("eos_token_id")).hasSize(4);
  }

  @Test
  void leavesThemAsTheyAreForMergekit() throws Exception {
    model().config("layer_types", List.of("a", "b", "c", "d")).write(root.resolve("a"));
    model().write(root.resolve("b"));
    JsonNode config =
        config(MergeOptions.defaults().withCompatible(true), new java.util.ArrayList<>());
    assertThat(config.path("num_hidden_layers").asInt()).isEqualTo(6);
    assertThat(config.path("layer_types")).hasSize(4);
  }

  @Test
  void warnsWhereNoValueSaysIt() throws Exception {
    model()
        .config("max_window_layers", 2)
        .config("sliding_window_pattern", 2)
        .write(root.resolve("a"));
    model().write(root.resolve("b"));
    List<String> warnings = new java.util.ArrayList<>();
    JsonNode config = config(MergeOptions.defaults(), warnings);
    assertThat(config.path("max_window_layers").asInt()).isEqualTo(2);
    assertThat(warnings)
        .anyMatch(w -> w.contains("max_window_layers is 2") && w.contains("check the file"));
    // Layers 1 to 3 come to the places 3 to 5: the same parity, so nothing is said of the pattern.
    assertThat(warnings).noneMatch(w -> w.contains("sliding_window_pattern"));
  }
}
