package io.ingot.train.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.model.ModelFolder;
import io.ingot.progress.Progress;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What enters the layers; transformers is asked in {@link MixtureTest}. */
class LayerInputsTest {
  private static final int HIDDEN = 64;
  private static final List<int[]> ROWS =
      List.of(
          new int[] {5, 9, 700, 9}, new int[] {3}, new int[] {44, 45, 46, 47, 48, 49, 50, 51, 9});

  @TempDir Path folder;

  private static TreeMap<String, float[]> visit(ModelFolder model, List<int[]> rows)
      throws InterruptedException {
    TreeMap<String, float[]> states = new TreeMap<>();
    List<Integer> layers = new ArrayList<>();
    new LayerInputs("cpu", Progress.NONE)
        .visit(
            model,
            rows,
            (layer, row, values) -> {
              layers.add(layer);
              assertThat(states.put(layer + " " + row, values)).isNull();
            });
    assertThat(layers).isSorted();
    return states;
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "qwen2", "qwen3"})
  void rowsDoNotDependOnEachOther(String kind) throws Exception {
    RandomModel.write(folder.resolve(kind), kind, 1);
    try (ModelFolder model = ModelFolder.open(folder.resolve(kind))) {
      TreeMap<String, float[]> together = visit(model, ROWS);
      assertThat(together).hasSize(9);
      for (int row = 0; row < ROWS.size(); row++) {
        TreeMap<String, float[]> alone = visit(model, List.of(ROWS.get(row)));
        for (int layer = 0; layer < 3; layer++) {
          float[] a = together.get(layer + " " + row);
          assertThat(a).hasSize(ROWS.get(row).length * HIDDEN);
          assertThat(a).containsExactly(alone.get(layer + " 0"), Offset.offset(1e-4f));
        }
      }
    }
  }

  @Test
  void embeddingsEnterTheFirstLayerAndOnlyEarlierTokensCount() throws Exception {
    RandomModel.write(folder.resolve("m"), "llama", 1);
    try (ModelFolder model = ModelFolder.open(folder.resolve("m"))) {
      TensorSource weights = model.weights();
      float[] row = new float[HIDDEN];
      Elements.read(
          weights.info("model.embed_tokens.weight").dtype(),
          weights.data("model.embed_tokens.weight"),
          700L * HIDDEN,
          row,
          HIDDEN);
      float[] first = visit(model, ROWS).get("0 0");
      assertThat(java.util.Arrays.copyOfRange(first, 2 * HIDDEN, 3 * HIDDEN)).isEqualTo(row);
      float[] whole = visit(model, List.of(new int[] {5, 9, 700, 9})).get("2 0");
      float[] begun =
          Objects.requireNonNull(visit(model, List.of(new int[] {5, 9, 700})).get("2 0"));
      assertThat(java.util.Arrays.copyOf(whole, begun.length))
          .containsExactly(begun, Offset.offset(1e-4f));
    }
  }

  @Test
  void refusesTokensWithoutEmbedding() throws Exception {
    RandomModel.write(folder.resolve("m"), "llama", 1);
    try (ModelFolder model = ModelFolder.open(folder.resolve("m"))) {
      assertThatThrownBy(() -> visit(model, List.of(new int[] {1024})))
          .hasMessageContaining("row 1 holds the token 1024, but the vocabulary has 1024 tokens");
      assertThatThrownBy(() -> visit(model, List.of(new int[] {1}, new int[0])))
          .hasMessage("row 2 has no tokens");
    }
  }
}
