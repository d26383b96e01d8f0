package io.ingot.merge.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.merge.MergeOptions;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What headers tell before the first byte is written. */
class MoePlannerTest {
  private static final MergeOptions OPTIONS = MergeOptions.defaults();
  private static final String RECIPE = Mixtures.recipe("m0", "", "m0 1", "m1 2");

  @TempDir Path root;

  @BeforeEach
  void models() {
    TinyDense.of("llama").write(root.resolve("m0"), 0);
    TinyDense.of("llama").write(root.resolve("m1"), 1);
  }

  private MoeReport report(String recipe) {
    try (MoeBuilder builder = Mixtures.open(root, recipe, OPTIONS)) {
      return builder.report();
    }
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refused(String recipe) {
    return assertThatThrownBy(() -> report(recipe));
  }

  @Test
  void countsWithoutReadingWeights() {
    MoeReport report = report(RECIPE);
    long mlp = 3L * 8 * 12;
    long rest = 2 * 10 * 8 + 8 + 2L * (2 * 8 + 2 * 64 + 2 * 32 + 2 * 8);
    assertThat(report.parameters()).isEqualTo(rest + 2 * 2 * mlp);
    assertThat(report.activeParameters()).isEqualTo(report.parameters());
    assertThat(report("experts_per_token: 1\n" + RECIPE).activeParameters())
        .isEqualTo(rest + 2 * mlp);
    assertThat(report.architecture()).isEqualTo("Mixtral");
    assertThat(report.files())
        .singleElement()
        .satisfies(f -> assertThat(f.name()).isEqualTo("model.safetensors"));
    assertThat(report.diskBytes()).isGreaterThan(report.parameters() * 4);
    assertThat(report.outputs())
        .anySatisfy(
            t -> {
              assertThat(t.name()).isEqualTo("model.layers.1.block_sparse_moe.experts.1.w2.weight");
              assertThat(t.shape()).containsExactly(8L, 12L);
              assertThat(t.model()).isEqualTo("m1");
            });
    assertThat(report("dtype: bfloat16\n" + RECIPE).outputs())
        .allMatch(t -> t.dtype().equals("BF16"));
  }

  @Test
  void saysAllThatDoesNotFitAtOnce() {
    TinyDense.of("llama")
        .set("hidden_act", "gelu")
        .set("vocab_size", 11)
        .change(
            "model.layers.1.mlp.up_proj.weight",
            t -> new TensorInfo(t.name(), t.dtype(), List.of(13L, 8L)))
        .drop("model.layers.0.mlp.down_proj.weight")
        .add("model.layers.0.mlp.gate_proj.bias", 12)
        .write(root.resolve("m1"), 1);
    refused(RECIPE)
        .hasMessageContaining("hidden_act is \"silu\" in m0, but \"gelu\" in m1")
        .hasMessageContaining(
            "tensor model.layers.1.mlp.up_proj.weight of m1 has the shape [13, 8]; the other experts and the base ask for [12, 8]")
        .hasMessageContaining(
            "tensor model.layers.0.mlp.down_proj.weight is required but missing in m1")
        .hasMessageContaining("m1 has the tensor model.layers.0.mlp.gate_proj.bias");
  }

  @Test
  void refusesOtherSizes() {
    TinyDense.of("llama")
        .set("hidden_size", 16)
        .set("num_hidden_layers", 3)
        .write(root.resolve("m1"), 1);
    refused(RECIPE)
        .hasMessageContaining("hidden_size is 8 in m0, but 16 in m1")
        .hasMessageContaining("num_hidden_layers is 2 in m0, but 3 in m1");
  }

  @Test
  void refusesWhatTheOutputHasNoPlaceFor() {
    TinyDense.of("llama")
        .add("model.layers.0.self_attn.q_proj.bias", 8)
        .write(root.resolve("m0"), 0);
    refused(RECIPE)
        .hasMessageContaining(
            "m0 has the tensor model.layers.0.self_attn.q_proj.bias, which Mixtral has no place for");
    assertThat(report("architecture: deepseek\n" + RECIPE).outputs())
        .anyMatch(t -> t.name().equals("model.layers.0.self_attn.q_proj.bias"));
  }

  @Test
  void namesWhatIsLeftOut() {
    TinyDense.of("llama")
        .add("medusa_head.0.weight", 8, 8)
        .add("model.layers.0.self_attn.rotary_emb.inv_freq", 1)
        .write(root.resolve("m0"), 0);
    MoeReport report = report(RECIPE);
    assertThat(report.leftOut()).containsExactly("medusa_head.0.weight");
    assertThat(report.warnings()).anyMatch(w -> w.contains("medusa_head.0.weight"));
  }

  @Test
  void refusesIncompleteBases() {
    TinyDense.of("llama")
        .drop("lm_head.weight")
        .drop("model.layers.1.self_attn.o_proj.weight")
        .write(root.resolve("m0"), 0);
    refused(RECIPE)
        .hasMessageContaining("tensor lm_head.weight is required but missing in m0")
        .hasMessageContaining("tensor model.layers.1.self_attn.o_proj.weight is required");
    TinyDense.of("llama").unset("num_hidden_layers").write(root.resolve("m0"), 0);
    refused(RECIPE).hasMessageContaining("config.json of m0: num_hidden_layers is missing");
    TinyDense.of("llama").set("vocab_size", 12).write(root.resolve("m0"), 0);
    refused(RECIPE).hasMessageContaining("has the shape [10, 8]; its config.json asks for [12, 8]");
    TinyDense.of("llama").set("num_hidden_layers", 2_000_000_000).write(root.resolve("m0"), 0);
    refused(RECIPE).hasMessageContaining("expected a whole number from 1 to 10000");
  }

  @Test
  void refusesQuantizedModels() {
    TinyDense.of("llama")
        .change(
            "model.layers.0.mlp.up_proj.weight", t -> new TensorInfo(t.name(), DType.U8, t.shape()))
        .write(root.resolve("m1"), 1);
    refused(RECIPE)
        .hasMessageContaining("model.layers.0.mlp.up_proj.weight of m1 is U8; quantized models");
  }

  @Test
  void refusesWeightsThatNeedScales() {
    TinyDense.of("llama")
        .change("model.layers.0.mlp.up_proj.weight", MoePlannerTest::eightBits)
        .write(root.resolve("m1"), 1);
    refused(RECIPE)
        .hasMessageContaining(
            "model.layers.0.mlp.up_proj.weight of m1 is F8_E4M3; quantized models");
    TinyDense.of("llama").write(root.resolve("m1"), 1);
    TinyDense.of("llama")
        .change("model.layers.1.self_attn.o_proj.weight", MoePlannerTest::eightBits)
        .add("model.layers.1.self_attn.o_proj.weight_scale_inv", 1, 1)
        .write(root.resolve("m0"), 0);
    refused(RECIPE)
        .hasMessageContaining(
            "model.layers.1.self_attn.o_proj.weight of m0 is F8_E4M3; quantized models");
  }

  private static TensorInfo eightBits(TensorInfo tensor) {
    return new TensorInfo(tensor.name(), DType.F8_E4M3, tensor.shape());
  }

  @Test
  void refusesModelsThatSayTheyAreQuantized() {
    TinyDense.of("llama")
        .set("quantization_config", java.util.Map.of("quant_method", "fp8"))
        .write(root.resolve("m1"), 1);
    refused(RECIPE).hasMessageContaining("m1 is quantized (quantization_config: fp8)");
  }

  @Test
  void aDeepSeekSharedExpertIsAsWideAsTheOthers() {
    TinyDense small = TinyDense.of("llama").set("intermediate_size", 4);
    for (int layer = 0; layer < 2; layer++) {
      String mlp = "model.layers." + layer + ".mlp.";
      small.change(mlp + "gate_proj.weight", t -> sized(t, 4, 8));
      small.change(mlp + "up_proj.weight", t -> sized(t, 4, 8));
      small.change(mlp + "down_proj.weight", t -> sized(t, 8, 4));
    }
    small.write(root.resolve("small"), 2);
    refused("shared_experts: [{source_model: small}]\n" + RECIPE)
        .hasMessageContaining("the shared expert is 4 wide, the others are 12; in DeepSeek MoE");
  }

  private static TensorInfo sized(TensorInfo t, long rows, long columns) {
    return new TensorInfo(t.name(), t.dtype(), List.of(rows, columns));
  }

  @Test
  void warnsOfVocabulariesAndWindows() {
    TinyDense.of("llama").set("vocab_size", 32).write(root.resolve("m1"), 1);
    assertThat(report(RECIPE).warnings())
        .singleElement()
        .asString()
        .startsWith("m1 has a vocabulary of 32 tokens, the base one of 10");
    TinyDense.of("mistral").set("sliding_window", 4).write(root.resolve("m0"), 0);
    TinyDense.of("mistral").write(root.resolve("m1"), 1);
    assertThat(report(RECIPE).warnings()).isEmpty();
    assertThat(report("architecture: deepseek\n" + RECIPE).warnings())
        .anyMatch(w -> w.contains("through a window of 4 tokens, DeepSeek MoE to all"));
  }

  @Test
  void saysWhatLoadersMakeOfIt() {
    String third = "  - {source_model: m1, positive_prompts: ['3']}\n";
    assertThat(report("architecture: deepseek\n" + RECIPE + third).warnings())
        .anyMatch(w -> w.contains("llama.cpp does not make the shares"))
        .anyMatch(w -> w.contains("trust_remote_code"))
        .anyMatch(w -> w.startsWith("3 experts are no power of two"));
    assertThat(report("architecture: deepseek\n" + RECIPE).warnings())
        .singleElement()
        .asString()
        .contains("trust_remote_code");
  }

  @Test
  void refusesGemmaByName() {
    TinyDense.of("gemma2").write(root.resolve("m0"), 0);
    refused(RECIPE)
        .hasMessageContaining("Mixtral is made of llama or mistral; m0 is gemma2")
        .hasMessageContaining("known: [Mixtral, DeepSeek MoE, Qwen MoE, Qwen3 MoE]");
  }
}
