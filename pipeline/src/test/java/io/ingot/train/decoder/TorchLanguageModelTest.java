package io.ingot.train.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.model.ModelFolder;
import io.ingot.train.LanguageModel;
import io.ingot.train.Precision;
import io.ingot.train.torch.TorchDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TorchLanguageModelTest {
  private ModelFolder model;

  @BeforeEach
  void open() {
    String outside = System.getProperty("golden.dir", "");
    Path root = outside.isEmpty() ? Path.of("src/test/resources/golden") : Path.of(outside);
    Path folder = root.resolve("logits/llama_gqa");
    assumeTrue(Files.isDirectory(folder), "no golden model at " + folder);
    model = ModelFolder.open(folder);
  }

  @AfterEach
  void close() {
    if (model != null) {
      model.close();
    }
  }

  @Test
  void aBatchGivesWhatEachRowGivesAlone() {
    List<int[]> rows = List.of(row(3, 30), row(40, 2), row(9, 17), row(200, 1));
    try (LanguageModel language = load(Precision.FP32)) {
      List<float[]> together = language.score(rows);
      for (int r = 0; r < rows.size(); r++) {
        float[] alone = language.score(List.of(rows.get(r))).getFirst();
        assertThat(alone).hasSize(rows.get(r).length);
        assertThat(alone[0]).isNaN();
        for (int i = 1; i < alone.length; i++) {
          assertThat(together.get(r)[i]).isCloseTo(alone[i], Offset.offset(1e-5f));
        }
      }
      List<int[]> answers = language.generate(rows, 12, Set.of());
      for (int r = 0; r < rows.size(); r++) {
        assertThat(answers.get(r))
            .isEqualTo(language.generate(List.of(rows.get(r)), 12, Set.of()).getFirst());
      }
    }
  }

  @Test
  void generationEndsBeforeAStopToken() {
    List<int[]> prompts = List.of(row(3, 8), row(40, 5), row(9, 17), row(77, 9));
    try (LanguageModel language = load(Precision.FP32)) {
      List<int[]> free = language.generate(prompts, 20, Set.of());
      int stop = free.get(2)[6];
      List<int[]> stopped = language.generate(prompts, 20, Set.of(stop));
      for (int r = 0; r < prompts.size(); r++) {
        int[] expected = Arrays.stream(free.get(r)).takeWhile(t -> t != stop).toArray();
        assertThat(stopped.get(r)).isEqualTo(expected);
      }
      assertThat(language.generate(prompts, 0, Set.of())).allMatch(a -> a.length == 0);
    }
  }

  @Test
  void bfloat16IsNearFloat32() {
    List<int[]> rows = List.of(row(3, 30), row(40, 20));
    try (LanguageModel exact = load(Precision.FP32);
        LanguageModel rounded = load(Precision.BF16)) {
      double off = 0;
      int count = 0;
      for (int r = 0; r < rows.size(); r++) {
        float[] a = exact.score(rows).get(r);
        float[] b = rounded.score(rows).get(r);
        for (int i = 1; i < a.length; i++) {
          off += Math.abs(a[i] - b[i]);
          count++;
        }
      }
      assertThat(off / count).isPositive().isLessThan(0.1);
    }
  }

  @Test
  void refusesTokensOutsideOfTheVocabulary() {
    try (LanguageModel language = load(Precision.FP32)) {
      assertThatThrownBy(() -> language.score(List.of(new int[] {1, 320})))
          .isInstanceOf(IngotException.class)
          .hasMessageContaining("row 1 holds the token 320, but the vocabulary has 320 tokens");
      assertThatThrownBy(() -> language.generate(List.of(new int[0]), 3, Set.of()))
          .isInstanceOf(IngotException.class)
          .hasMessageContaining("row 1 has no tokens");
    }
  }

  @Test
  void refusesWhatItCannotRun() {
    ObjectNode config = model.config().deepCopy().put("model_type", "mamba");
    assertThatThrownBy(() -> load(config))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("'mamba' cannot be run or trained; known: llama");
    ObjectNode heads = model.config().deepCopy().put("num_key_value_heads", 3);
    assertThatThrownBy(() -> load(heads)).hasMessageContaining("3 does not divide");
    ObjectNode activation = model.config().deepCopy().put("hidden_act", "relu");
    assertThatThrownBy(() -> load(activation)).hasMessageContaining("activation 'relu'");
    ObjectNode layers = model.config().deepCopy().put("num_hidden_layers", 99);
    assertThatThrownBy(() -> load(layers))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("model.layers.2.");
    ObjectNode width = model.config().deepCopy().put("intermediate_size", 100);
    assertThatThrownBy(() -> load(width))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("mlp.gate_proj");
    assertThatThrownBy(() -> TorchDevice.of("tpu")).hasMessageContaining("known: auto, cpu, gpu");
  }

  private void load(ObjectNode config) {
    Decoder.load(config, model.weights(), Precision.FP32, TorchDevice.of("cpu")).close();
  }

  private LanguageModel load(Precision precision) {
    return TorchLanguageModel.load(model, precision, "cpu");
  }

  private static int[] row(int start, int length) {
    return IntStream.range(0, length).map(i -> 3 + (start * 7 + i * i * 13) % 300).toArray();
  }
}
