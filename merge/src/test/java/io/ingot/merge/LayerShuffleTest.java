package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.merge.LayerShuffle.Pick;
import io.ingot.merge.LayerShuffle.Share;
import io.ingot.merge.recipe.RecipeReader;
import io.ingot.model.ModelFolder;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drawn stacks: the same for a seed everywhere, by weight, and as recipes that merge. */
class LayerShuffleTest {
  private static final List<Share> PAIR = List.of(new Share("a", 1, 8), new Share("b", 3, 8));

  @TempDir Path root;

  private static LayerShuffle shuffle(List<Share> models, boolean anyLayer, long seed) {
    return new LayerShuffle(models, anyLayer, seed);
  }

  private static String letters(List<Pick> picks) {
    return picks.stream().map(Pick::model).collect(Collectors.joining());
  }

  @Test
  void drawsAsDocumentedFromTheTwister() {
    // MT19937 of seed 5489 begins with 3499211612, 581869302, 3890346734, 3586334585, 545404204,
    // 4161255391, 3922919429, 949333985: shares of 2^32 below a quarter are a's.
    assertThat(letters(shuffle(PAIR, false, 5489).picks())).isEqualTo("babbabba");
    assertThat(shuffle(PAIR, false, 5489).picks())
        .extracting(Pick::layer)
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    // Pairs of draws: 3499211612 -> b, 581869302 * 8 / 2^32 -> layer 1; and so on.
    assertThat(shuffle(PAIR, true, 5489).picks().subList(0, 4))
        .containsExactly(new Pick("b", 1), new Pick("b", 6), new Pick("a", 7), new Pick("b", 1));
  }

  @Test
  void drawsByWeight() {
    List<Share> many =
        List.of(new Share("a", 1, 40_000), new Share("b", 2.5, 40_000), new Share("c", 0, 40_000));
    Map<String, Long> counts =
        shuffle(many, false, 11).picks().stream()
            .collect(Collectors.groupingBy(Pick::model, Collectors.counting()));
    assertThat(counts).doesNotContainKey("c");
    assertThat(counts.getOrDefault("b", 0L) / 40_000.0).isBetween(0.70, 0.73);
    Map<Integer, Long> layers =
        shuffle(List.of(new Share("a", 1, 40_000), new Share("b", 1e-9, 4)), true, 3)
            .picks()
            .stream()
            .map(p -> p.layer() / 10_000)
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    assertThat(layers.values()).hasSize(4).allMatch(n -> n > 9_500 && n < 10_500);
  }

  @Test
  void joinsRunsAndKeepsTheFirstModelsEnds() {
    assertThat(shuffle(PAIR, false, 5489).recipe(Optional.of("bfloat16")))
        .isEqualTo(
            """
            # Layers drawn by ingot layershuffle -m a -w 1 -m b -w 3 --random-seed 5489
            merge_method: passthrough
            slices:
              - sources: [{model: a, layer_range: [0, 0]}] # what lies outside of layers
              - sources: [{model: b, layer_range: [0, 1]}]
              - sources: [{model: a, layer_range: [1, 2]}]
              - sources: [{model: b, layer_range: [2, 4]}]
              - sources: [{model: a, layer_range: [4, 5]}]
              - sources: [{model: b, layer_range: [5, 7]}]
              - sources: [{model: a, layer_range: [7, 8]}]
            dtype: bfloat16
            """);
  }

  @Test
  void quotesNamesThatYamlWouldMisread() {
    String recipe =
        shuffle(List.of(new Share("my {odd}, \"model\": 1", 1, 2)), false, 1)
            .recipe(Optional.empty());
    RecipeReader.Reading reading = RecipeReader.readAll("recipe", recipe).getFirst();
    assertThat(reading.problems()).isEmpty();
    assertThat(Objects.requireNonNull(reading.recipe()).references().getFirst().path())
        .isEqualTo("my {odd}, \"model\": 1");
  }

  @Test
  void theRecipeMergesWhatWasDrawn() throws Exception {
    TinyModels.constant(root.resolve("a"), 8, 100);
    TinyModels.constant(root.resolve("b"), 8, 200);
    try (ModelFolder model = ModelFolder.open(root.resolve("a"))) {
      assertThat(LayerShuffle.layers("a", model)).isEqualTo(8);
    }
    for (boolean anyLayer : List.of(false, true)) {
      LayerShuffle shuffle = shuffle(PAIR, anyLayer, 5489);
      Path out = root.resolve("out-" + anyLayer);
      GoldenMerge.run(
          root, shuffle.recipe(Optional.empty()), MergeOptions.defaults().withThreads(1), out);
      try (TensorSource merged = GoldenMerge.weights(out)) {
        for (int i = 0; i < 8; i++) {
          Pick pick = shuffle.picks().get(i);
          float wanted = (pick.model().equals("a") ? 100 : 200) + pick.layer();
          assertThat(first(merged, "model.layers." + i + ".mlp.up_proj.weight")).isEqualTo(wanted);
        }
        for (String name : List.of("model.embed_tokens.weight", "model.norm.weight")) {
          assertThat(first(merged, name)).as(name).isEqualTo(100f);
        }
        assertThat(first(merged, "lm_head.weight")).isEqualTo(100f);
      }
    }
  }

  private static float first(TensorSource weights, String tensor) {
    return (float) Elements.readOne(weights.info(tensor).dtype(), weights.data(tensor), 0);
  }

  @Test
  void refusesWhatCannotBeDrawn() {
    assertThatThrownBy(() -> shuffle(List.of(new Share("a", -1, 2)), false, 1))
        .hasMessageContaining("the weight of a must be a number of 0 or more");
    assertThatThrownBy(() -> shuffle(List.of(new Share("a", 0, 2)), false, 1))
        .hasMessageContaining("add up to 0");
    assertThatThrownBy(() -> shuffle(List.of(new Share("a", 1, 2), new Share("b", 1, 3)), false, 1))
        .hasMessageContaining("a has 2 layers, b has 3");
  }
}
