package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.GoldenData;
import io.ingot.error.IngotException;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where Ingot does something else than mergekit, and that {@code --compat mergekit} does not. The
 * README lists what is tested here.
 */
class DeviationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MergeOptions SANE = MergeOptions.defaults().withThreads(1);
  private static final MergeOptions COMPATIBLE = SANE.withCompatible(true);
  private static final String PROJECTION = "model.layers.0.mlp.up_proj.weight";

  @TempDir Path root;

  @BeforeEach
  void models() throws IOException {
    TinyModels.constant(root.resolve("a"), 2, 1);
    TinyModels.constant(root.resolve("b"), 2, 3);
    TinyModels.write(root.resolve("base"), 2, 1);
    TinyModels.write(root.resolve("x"), 2, 2);
    TinyModels.write(root.resolve("wide"), 2, 9, 3);
  }

  private Path merge(String text, MergeOptions options) throws InterruptedException {
    Path out = root.resolve(options.compatible() ? "compatible" : "sane");
    GoldenMerge.run(root, text, options, out);
    return out;
  }

  private static float first(Path folder, String tensor) throws IOException {
    try (TensorSource weights = GoldenMerge.weights(folder)) {
      return (float) Elements.readOne(weights.info(tensor).dtype(), weights.data(tensor), 0);
    }
  }

  private static DType dtype(Path folder) throws IOException {
    try (TensorSource weights = GoldenMerge.weights(folder)) {
      return weights.info(PROJECTION).dtype();
    }
  }

  private static List<Long> shape(Path folder, String tensor) throws IOException {
    try (TensorSource weights = GoldenMerge.weights(folder)) {
      return weights.info(tensor).shape();
    }
  }

  private static boolean same(Path one, Path other, String tensor) throws IOException {
    try (TensorSource a = GoldenMerge.weights(one);
        TensorSource b = GoldenMerge.weights(other)) {
      return a.data(tensor).mismatch(b.data(tensor)) == -1;
    }
  }

  private static JsonNode config(Path folder) throws IOException {
    return JSON.readTree(folder.resolve("config.json").toFile());
  }

  @Test
  void everySourceOfTheLastSliceGivesNormAndHead() throws Exception {
    String text =
        """
        merge_method: linear
        slices:
          - sources: [{model: a, layer_range: [0, 1]}]
          - sources: [{model: a, layer_range: [1, 2]}, {model: b, layer_range: [1, 2]}]
        parameters: {weight: 1}
        """;
    assertThat(first(merge(text, SANE), "lm_head.weight")).isEqualTo(2f);
    assertThat(first(merge(text, COMPATIBLE), "lm_head.weight")).isEqualTo(1f);
  }

  @Test
  void aModelMayGiveTwoLayersToOneSlice() throws Exception {
    String text =
        """
        merge_method: linear
        slices:
          - sources:
              - {model: a, layer_range: [0, 1], parameters: {weight: 1}}
              - {model: a, layer_range: [1, 2], parameters: {weight: 1}}
        """;
    assertThat(first(merge(text, SANE), PROJECTION)).isEqualTo(1.5f);
    assertThat(first(merge(text, COMPATIBLE), PROJECTION)).isEqualTo(2f);
  }

  @Test
  void configCountsTheRowsThatAreWritten() throws Exception {
    String text =
        """
        merge_method: linear
        models: [{model: wide}, {model: x}]
        parameters: {weight: 1}
        """;
    Path sane = merge(text, SANE);
    assertThat(shape(sane, "model.embed_tokens.weight")).containsExactly(6L, 8L);
    assertThat(config(sane).path("vocab_size").asInt()).isEqualTo(6);
    assertThat(config(merge(text, COMPATIBLE)).path("vocab_size").asInt()).isEqualTo(9);
  }

  @Test
  void aHeadThatIsWrittenIsNotTied() throws Exception {
    Path file = root.resolve("base/config.json");
    Files.writeString(file, Files.readString(file).replace(": false", ": true"));
    String text = "merge_method: passthrough\nmodels: [{model: base}]\n";
    assertThat(config(merge(text, SANE)).path("tie_word_embeddings").asBoolean()).isFalse();
    assertThat(config(merge(text, COMPATIBLE)).path("tie_word_embeddings").asBoolean()).isTrue();
  }

  @Test
  void listsOfLayersFollowTheStack() throws Exception {
    Path file = root.resolve("a/config.json");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("\"vocab_size\"", "\"layer_types\": [\"full\", \"sliding\"], \"vocab_size\""));
    String text =
        """
        merge_method: passthrough
        slices:
          - sources: [{model: a, layer_range: [1, 2]}]
          - sources: [{model: a, layer_range: [0, 2]}]
        """;
    assertThat(config(merge(text, SANE)).path("layer_types"))
        .extracting(JsonNode::asText)
        .containsExactly("sliding", "full", "sliding");
    assertThat(config(merge(text, COMPATIBLE)).path("layer_types")).hasSize(2);
  }

  @Test
  void dtypesStayWhatTheRecipeSays() throws Exception {
    for (String method : List.of("arcee_fusion", "ramplus_tl")) {
      String text =
          "merge_method: " + method + "\nbase_model: base\nmodels: [{model: x}]\ndtype: bfloat16\n";
      assertThat(dtype(merge(text, SANE))).as(method).isEqualTo(DType.BF16);
      assertThat(dtype(merge(text, COMPATIBLE))).as(method).isEqualTo(DType.F32);
    }
  }

  @Test
  void breadcrumbsOfSmallTensorsKeepTheirShare() throws Exception {
    String text =
        """
        merge_method: breadcrumbs
        base_model: base
        models: [{model: x, parameters: {weight: 1, density: 0.5, gamma: 0.01}}]
        """;
    Path base = root.resolve("base");
    assertThat(same(merge(text, SANE), base, PROJECTION)).isFalse();
    assertThat(same(merge(text, COMPATIBLE), base, PROJECTION)).isTrue();
  }

  @Test
  void aSelectionOfNothingIsTheBase() throws Exception {
    String text =
        """
        merge_method: sce
        base_model: base
        models: [{model: x}]
        parameters: {select_topk: 0.5}
        """;
    assertThat(same(merge(text, SANE), root.resolve("base"), PROJECTION)).isTrue();
    assertThat(shape(merge(text, COMPATIBLE), PROJECTION)).containsExactly(1L, 6L, 8L);
  }

  @Test
  void theKarcherMeanCutsEmbeddingsAsOtherMeans() throws Exception {
    String text = "merge_method: karcher\nmodels: [{model: wide}, {model: x}]\n";
    assertThat(shape(merge(text, SANE), "model.embed_tokens.weight")).containsExactly(6L, 8L);
    assertThatThrownBy(() -> merge(text, COMPATIBLE))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("shapes differ");
  }

  @Test
  void expertsStayOneByOneWhereTheyWere() throws Exception {
    Path golden = GoldenData.root().resolve("merge");
    String text = "merge_method: passthrough\nmodels: [{model: models/mixtral-base}]\n";
    for (MergeOptions options : List.of(SANE, COMPATIBLE)) {
      Path out = root.resolve("experts-" + options.compatible());
      GoldenMerge.run(golden, text, options, out);
      try (TensorSource weights = GoldenMerge.weights(out)) {
        assertThat(weights.tensors().keySet().stream().anyMatch(n -> n.contains(".experts.0.")))
            .isEqualTo(!options.compatible());
        assertThat(weights.tensors().keySet().stream().anyMatch(n -> n.endsWith("gate_up_proj")))
            .isEqualTo(options.compatible());
      }
    }
  }

  @Test
  void tokensMayComeFromModelsThatTakeNoPart() throws Exception {
    Path golden = Path.of("src/test/resources/golden/merge");
    String text = Files.readString(golden.resolve("cases/88-error-token-of-stranger/config.yml"));
    Path out = root.resolve("out");
    GoldenMerge.run(golden, text, SANE, out);
    assertThat(out.resolve("tokenizer.json")).exists();
    assertThatThrownBy(() -> GoldenMerge.run(golden, text, COMPATIBLE, out))
        .isInstanceOf(IngotException.class);
  }

  /** The README names tests and golden cases that exist, and every test of this class. */
  @Test
  void theReadmeListsThem() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    String section = readme.substring(readme.indexOf("\n## Deviations from mergekit\n"));
    section = section.substring(0, section.indexOf("\n## ", 2));
    Matcher tests = Pattern.compile("`(\\w+Test)\\.(\\w+)`").matcher(section);
    int found = 0;
    while (tests.find()) {
      found++;
      String name = tests.group(1);
      Class<?> type =
          Class.forName(
              "io.ingot.merge."
                  + (name.equals("RecipeReaderTest") || name.equals("RecipeDocumentsTest")
                      ? "recipe."
                      : "")
                  + name);
      assertThat(Arrays.stream(type.getDeclaredMethods()).map(java.lang.reflect.Method::getName))
          .as(name)
          .contains(tests.group(2));
    }
    assertThat(found).isGreaterThan(10);
    for (java.lang.reflect.Method method : DeviationTest.class.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Test.class)
          && !method.getName().equals("theReadmeListsThem")) {
        assertThat(section).contains("`DeviationTest." + method.getName() + "`");
      }
    }
    Matcher cases = Pattern.compile("case `(\\d\\d-[\\w-]+)`").matcher(section);
    while (cases.find()) {
      assertThat(Path.of("src/test/resources/golden/merge/cases", cases.group(1))).exists();
    }
  }
}
