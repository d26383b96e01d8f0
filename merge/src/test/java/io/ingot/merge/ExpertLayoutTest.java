package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Experts come out in the layout of the donor, whatever layouts go in. */
class ExpertLayoutTest {
  private static final long HIDDEN = 8;
  private static final long INNER = 4;
  private static final int EXPERTS = 3;

  @TempDir Path root;

  private TinyModel mixtral() {
    return new TinyModel(1, 16)
        .config("architectures", List.of("MixtralForCausalLM"))
        .config("model_type", "mixtral")
        .config("num_local_experts", EXPERTS)
        .with(t -> t.keySet().removeIf(name -> name.contains(".mlp.")));
  }

  private TinyModel single(String block, String gate, String up, String down) {
    String layer = "model.layers.0." + block + ".";
    return mixtral()
        .with(
            t -> {
              t.put(layer + "gate.weight", List.of((long) EXPERTS, HIDDEN));
              for (int e = 0; e < EXPERTS; e++) {
                t.put(layer + "experts." + e + "." + gate + ".weight", List.of(INNER, HIDDEN));
                t.put(layer + "experts." + e + "." + up + ".weight", List.of(INNER, HIDDEN));
                t.put(layer + "experts." + e + "." + down + ".weight", List.of(HIDDEN, INNER));
              }
            });
  }

  private TinyModel fused() {
    return mixtral()
        .with(
            t -> {
              t.put("model.layers.0.mlp.gate.weight", List.of((long) EXPERTS, HIDDEN));
              t.put(
                  "model.layers.0.mlp.experts.gate_up_proj",
                  List.of((long) EXPERTS, 2 * INNER, HIDDEN));
              t.put("model.layers.0.mlp.experts.down_proj", List.of((long) EXPERTS, HIDDEN, INNER));
            });
  }

  private Path merge(String base, boolean compatible) throws Exception {
    Path out = root.resolve("out");
    GoldenMerge.run(
        root,
        "merge_method: linear\nbase_model: "
            + base
            + "\nmodels:\n"
            + "  - {model: old, parameters: {weight: 1}}\n"
            + "  - {model: fused, parameters: {weight: 1}}\n",
        MergeOptions.defaults().withCompatible(compatible),
        out);
    return out;
  }

  private static float value(TensorSource source, String name, long index) {
    assertThat(source.info(name).dtype()).isEqualTo(DType.F32);
    return (float) Elements.readOne(DType.F32, source.data(name), index);
  }

  @Test
  void oneByOneStaysOneByOneAndTakesItsShareOfWhatIsFused() throws Exception {
    single("block_sparse_moe", "w1", "w3", "w2").of(1).write(root.resolve("old"));
    fused().of(5).write(root.resolve("fused"));
    Path out = merge("old", false);
    try (TensorSource old = GoldenMerge.weights(root.resolve("old"));
        TensorSource fused = GoldenMerge.weights(root.resolve("fused"));
        TensorSource written = GoldenMerge.weights(out)) {
      assertThat(written.tensors().keySet())
          .containsExactlyInAnyOrderElementsOf(old.tensors().keySet());
      String expert = "model.layers.0.block_sparse_moe.experts.2.";
      for (Map.Entry<String, Long> part : Map.of("w1", 0L, "w3", INNER * HIDDEN).entrySet()) {
        float theirs =
            value(
                fused,
                "model.layers.0.mlp.experts.gate_up_proj",
                2 * 2 * INNER * HIDDEN + part.getValue() + 5);
        float mine = value(old, expert + part.getKey() + ".weight", 5);
        assertThat(value(written, expert + part.getKey() + ".weight", 5))
            .isEqualTo((mine + theirs) / 2);
      }
      float down = value(fused, "model.layers.0.mlp.experts.down_proj", 2 * HIDDEN * INNER + 7);
      assertThat(value(written, expert + "w2.weight", 7))
          .isEqualTo((value(old, expert + "w2.weight", 7) + down) / 2);
    }
  }

  @Test
  void fusedStaysFused() throws Exception {
    single("block_sparse_moe", "w1", "w3", "w2").of(1).write(root.resolve("old"));
    fused().of(5).write(root.resolve("fused"));
    try (TensorSource written = GoldenMerge.weights(merge("fused", false))) {
      assertThat(written.tensors())
          .containsKey("model.layers.0.mlp.experts.gate_up_proj")
          .doesNotContainKey("model.layers.0.block_sparse_moe.experts.0.w1.weight");
    }
  }

  @Test
  void mergekitAlwaysFuses() throws Exception {
    single("mlp", "gate_proj", "up_proj", "down_proj").of(1).write(root.resolve("old"));
    fused().of(5).write(root.resolve("fused"));
    try (TensorSource written = GoldenMerge.weights(merge("old", true))) {
      assertThat(written.tensors())
          .containsKeys(
              "model.layers.0.mlp.experts.gate_up_proj",
              "model.layers.0.mlp.experts.down_proj",
              "model.layers.0.mlp.gate.weight");
      assertThat(written.tensors().keySet()).noneMatch(n -> n.contains("experts.0"));
    }
  }
}
