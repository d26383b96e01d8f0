package io.ingot.merge.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.MergeSummary;
import io.ingot.tensor.BFloat16;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written, number by number. */
class MoeBuilderTest {
  private static final MergeOptions OPTIONS = MergeOptions.defaults().withThreads(2);

  @TempDir Path root;

  private void models(String kind) {
    for (int i = 0; i < 3; i++) {
      TinyDense.of(kind).write(root.resolve("m" + i), i);
    }
  }

  private Map<String, float[]> build(String recipe) throws InterruptedException {
    Mixtures.write(root, recipe, OPTIONS, root.resolve("out"));
    return Mixtures.read(root.resolve("out"));
  }

  private JsonNode config() throws IOException {
    return new ObjectMapper().readTree(root.resolve("out/config.json").toFile());
  }

  private static float[] value(Map<String, float[]> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private static void assertExperts(
      Map<String, float[]> made, Map<String, float[]> source, String from, String to) {
    String[] mixtral = {"w1", "w3", "w2"};
    for (Projection p : Projection.values()) {
      String last = to.contains("block_sparse") ? mixtral[p.ordinal()] : p.text();
      assertThat(made.get(to + last + ".weight"))
          .isEqualTo(source.get(from + p.text() + ".weight"));
    }
  }

  @Test
  void mixtralOfLlamas() throws Exception {
    models("llama");
    Map<String, float[]> made =
        build(Mixtures.recipe("m0", "experts_per_token: 1", "m1 prompt 12", "m2 prompt 3"));
    Map<String, float[]> base = Mixtures.read(root.resolve("m0"));
    assertThat(made).hasSize(3 + 2 * (6 + 1 + 2 * 3));
    base.forEach(
        (name, values) -> {
          if (!name.contains(".mlp.")) {
            assertThat(made.get(name)).as(name).isEqualTo(values);
          }
        });
    for (int layer = 0; layer < 2; layer++) {
      String prefix = "model.layers." + layer + ".";
      for (int e = 0; e < 2; e++) {
        assertExperts(
            made,
            Mixtures.read(root.resolve("m" + (e + 1))),
            prefix + "mlp.",
            prefix + "block_sparse_moe.experts." + e + ".");
      }
      assertThat(made.get(prefix + "block_sparse_moe.gate.weight"))
          .containsExactly(0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
    }
    JsonNode config = config();
    assertThat(config.path("architectures").path(0).asText()).isEqualTo("MixtralForCausalLM");
    assertThat(config.path("model_type").asText()).isEqualTo("mixtral");
    assertThat(config.path("num_local_experts").asInt()).isEqualTo(2);
    assertThat(config.path("num_experts_per_tok").asInt()).isEqualTo(1);
    assertThat(config.path("intermediate_size").asInt()).isEqualTo(12);
    assertThat(config.path("sliding_window").isNull()).isTrue();
    assertThat(config.path("rms_norm_eps").asDouble()).isEqualTo(1e-6);
    assertThat(config.path("rope_theta").asDouble()).isEqualTo(1e4);
    assertThat(config.path("max_position_embeddings").asInt()).isEqualTo(2048);
    assertThat(root.resolve("out/tokenizer.json")).content().isEqualTo("{}");
    assertThat(root.resolve("out/mergekit_moe_config.yml")).content().contains("prompt 12");
    assertThat(root.resolve("out/README.md")).content().contains("| 0 | `m1` | `prompt 12` |");
  }

  @Test
  void keepsTheWindowOfMistral() throws Exception {
    for (int i = 0; i < 2; i++) {
      TinyDense.of("mistral").set("sliding_window", 5).write(root.resolve("m" + i), i);
    }
    build(Mixtures.recipe("m0", "", "m0 1", "m1 2"));
    assertThat(config().path("sliding_window").asInt()).isEqualTo(5);
    TinyDense.of("mistral").unset("num_key_value_heads").write(root.resolve("m0"), 0);
    build(Mixtures.recipe("m0", "", "m0 1", "m1 2"));
    assertThat(config().path("sliding_window").asInt()).isEqualTo(4096);
    assertThat(config().path("num_key_value_heads").asInt()).isEqualTo(8);
  }

  @Test
  void qwenMoeWithASharedExpertThatIsNeitherBaseNorExpert() throws Exception {
    models("qwen2");
    TinyDense.of("qwen2")
        .set("intermediate_size", 4)
        .change("model.layers.0.mlp.gate_proj.weight", t -> resize(t, 4, 8))
        .change("model.layers.0.mlp.up_proj.weight", t -> resize(t, 4, 8))
        .change("model.layers.0.mlp.down_proj.weight", t -> resize(t, 8, 4))
        .change("model.layers.1.mlp.gate_proj.weight", t -> resize(t, 4, 8))
        .change("model.layers.1.mlp.up_proj.weight", t -> resize(t, 4, 8))
        .change("model.layers.1.mlp.down_proj.weight", t -> resize(t, 8, 4))
        .write(root.resolve("small"), 9);
    Map<String, float[]> made =
        build(
            Mixtures.recipe(
                "m0",
                "shared_experts: [{source_model: small, positive_prompts: [p4], residual_scale: 0.5}]",
                "m1 1",
                "m2 2"));
    Map<String, float[]> small = Mixtures.read(root.resolve("small"));
    assertThat(made.get("model.layers.1.mlp.shared_expert.up_proj.weight"))
        .isEqualTo(small.get("model.layers.1.mlp.up_proj.weight"));
    float[] down = value(small, "model.layers.1.mlp.down_proj.weight").clone();
    for (int i = 0; i < down.length; i++) {
      down[i] *= 0.5f;
    }
    assertThat(made.get("model.layers.1.mlp.shared_expert.down_proj.weight")).isEqualTo(down);
    assertThat(made.get("model.layers.0.mlp.shared_expert_gate.weight"))
        .containsExactly(0, 0, 0, 0, 1, 0, 0, 0);
    assertThat(made.get("model.layers.0.self_attn.q_proj.bias"))
        .isEqualTo(Mixtures.read(root.resolve("m0")).get("model.layers.0.self_attn.q_proj.bias"));
    assertExperts(
        made,
        Mixtures.read(root.resolve("m2")),
        "model.layers.0.mlp.",
        "model.layers.0.mlp.experts.1.");
    assertThat(config().path("moe_intermediate_size").asInt()).isEqualTo(12);
    assertThat(config().path("shared_expert_intermediate_size").asInt()).isEqualTo(4);
    assertThat(config().path("norm_topk_prob").asBoolean()).isTrue();
    assertThat(config().path("decoder_sparse_step").asInt()).isEqualTo(1);
  }

  private static TensorInfo resize(TensorInfo t, long rows, long columns) {
    return new TensorInfo(t.name(), t.dtype(), List.of(rows, columns));
  }

  @Test
  void qwenMoeOfLlamasGetsBiasesOfZeros() throws Exception {
    models("llama");
    Map<String, float[]> made =
        build(
            Mixtures.recipe(
                "m0",
                "shared_experts: [{source_model: m0, positive_prompts: [1]}]",
                "m1 1",
                "m2 2"));
    assertThat(made.get("model.layers.1.self_attn.q_proj.bias")).isEqualTo(new float[8]);
    assertThat(made.get("model.layers.1.self_attn.v_proj.bias")).isEqualTo(new float[4]);
    assertThat(made).doesNotContainKey("model.layers.1.self_attn.o_proj.bias");
    assertThat(config().path("qkv_bias").asBoolean()).isTrue();
  }

  @Test
  void qwen3MoeKeepsNormsAndSaysHeadDim() throws Exception {
    models("qwen3");
    Map<String, float[]> made = build(Mixtures.recipe("m0", "", "m1 1", "m2 2"));
    assertThat(made.get("model.layers.0.self_attn.q_norm.weight"))
        .isEqualTo(Mixtures.read(root.resolve("m0")).get("model.layers.0.self_attn.q_norm.weight"));
    assertThat(made).containsKey("model.layers.1.mlp.gate.weight");
    assertThat(config().path("head_dim").asInt()).isEqualTo(128);
    assertThat(config().path("num_experts").asInt()).isEqualTo(2);
    assertThat(config().path("model_type").asText()).isEqualTo("qwen3_moe");
  }

  @Test
  void deepSeekWithAnUngatedSharedExpert() throws Exception {
    models("llama");
    Map<String, float[]> made =
        build(
            Mixtures.recipe(
                "m0",
                "architecture: deepseek\nshared_experts: [{source_model: m2}]",
                "m0 1",
                "m1 2"));
    assertExperts(
        made,
        Mixtures.read(root.resolve("m2")),
        "model.layers.1.mlp.",
        "model.layers.1.mlp.shared_experts.");
    assertExperts(
        made,
        Mixtures.read(root.resolve("m1")),
        "model.layers.1.mlp.",
        "model.layers.1.mlp.experts.1.");
    assertThat(made.get("model.layers.0.mlp.gate.weight")).hasSize(16);
    assertThat(config().path("n_routed_experts").asInt()).isEqualTo(2);
    assertThat(config().path("n_shared_experts").asInt()).isEqualTo(1);
    assertThat(config().path("first_k_dense_replace").asInt(-1)).isZero();
    assertThat(config().path("norm_topk_prob").asBoolean()).isTrue();
    assertThat(config().path("auto_map").path("AutoConfig").asText()).startsWith("deepseek-ai/");
  }

  @Test
  void routersAreDifferencesOfMeans() throws Exception {
    models("llama");
    String recipe =
        """
        base_model: m0
        gate_mode: MODE
        experts:
          - {source_model: m1, positive_prompts: ["1", "1 2"], negative_prompts: ["3"]}
          - {source_model: m2, positive_prompts: ["4 4"]}
        """;
    // Last tokens 1 and 2: mean (.5, 1), minus 3 in element 3.
    double norm = Math.sqrt(0.25 + 1 + 9);
    assertThat(
            build(recipe.replace("MODE", "hidden"))
                .get("model.layers.1.block_sparse_moe.gate.weight"))
        .containsExactly(
            0,
            (float) (0.5 / norm),
            (float) (1 / norm),
            (float) (-3 / norm),
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            1,
            0,
            0,
            0);
    // Means 1 and (.5, 1): (.75, .5), minus 3.
    double average = Math.sqrt(0.75 * 0.75 + 0.25 + 9);
    assertThat(
            build(recipe.replace("MODE", "hidden_avg"))
                .get("model.layers.0.block_sparse_moe.gate.weight"))
        .startsWith(
            0, (float) (0.75 / average), (float) (0.5 / average), (float) (-3 / average), 0);
    Map<String, float[]> cheap = build(recipe.replace("MODE", "cheap_embed"));
    float[] embedding = value(Mixtures.read(root.resolve("m0")), "model.embed_tokens.weight");
    double[] four = new double[8];
    for (int i = 0; i < 8; i++) {
      four[i] = embedding[4 * 8 + i];
    }
    double length = Math.sqrt(Arrays.stream(four).map(x -> x * x).sum());
    for (int layer = 0; layer < 2; layer++) {
      float[] gate = value(cheap, "model.layers." + layer + ".block_sparse_moe.gate.weight");
      for (int i = 0; i < 8; i++) {
        assertThat(gate[8 + i]).isEqualTo((float) (four[i] / length));
      }
    }
  }

  @Test
  void randomRoutersAreTorchs() throws Exception {
    models("llama");
    MergeOptions seven = OPTIONS.withSeed(7);
    Mixtures.write(
        root, Mixtures.recipe("m0", "gate_mode: random", "m1", "m1"), seven, root.resolve("out"));
    // torch.manual_seed(7); torch.randn(2, 2, 8)
    float[] gate =
        value(Mixtures.read(root.resolve("out")), "model.layers.0.block_sparse_moe.gate.weight");
    assertThat(gate)
        .containsExactly(
            new float[] {
              -0.820135f, 0.395631f, 0.898908f, -1.388404f, -0.166996f, 0.28515f, -0.641092f,
              -0.893655f, 0.926543f, -0.535512f, -1.15972f, -0.460157f, 0.708539f, 1.012755f,
              0.230397f, 1.090165f
            },
            Offset.offset(1e-6f));
    // torch.manual_seed(7); torch.rand(2, 2, 8) * 2 * s - s with s = 8 ** -0.5
    Mixtures.write(
        root,
        Mixtures.recipe("m0", "gate_mode: uniform_random", "m1", "m1"),
        seven,
        root.resolve("out"));
    float scale = (float) Math.sqrt(1 / 8.0);
    assertThat(
            value(
                Mixtures.read(root.resolve("out")), "model.layers.0.block_sparse_moe.gate.weight")[
                0])
        .isEqualTo(0.5349225401878357f * 2 * scale - scale);
  }

  @Test
  void noiseAndScaleAreRoundedLikeTheReference() throws Exception {
    TinyDense.of("llama").dtype(DType.BF16, "bfloat16").write(root.resolve("m0"), 0);
    TinyDense.of("llama").dtype(DType.BF16, "bfloat16").write(root.resolve("m1"), 1);
    String recipe =
        """
        base_model: m0
        gate_mode: random
        dtype: float32
        experts:
          - {source_model: m1, residual_scale: 0.3}
          - {source_model: m1, noise_scale: 0.1}
        """;
    Map<String, float[]> made = build(recipe);
    Map<String, float[]> source = Mixtures.read(root.resolve("m1"));
    float[] down = value(source, "model.layers.0.mlp.down_proj.weight");
    float[] scaled = value(made, "model.layers.0.block_sparse_moe.experts.0.w2.weight");
    float[] noisy = value(made, "model.layers.0.block_sparse_moe.experts.1.w2.weight");
    double square = 0;
    for (int i = 0; i < down.length; i++) {
      assertThat(scaled[i]).isEqualTo(BFloat16.round(down[i] * 0.3f));
      square += Math.pow(noisy[i] - down[i], 2) / down.length;
    }
    assertThat(Math.sqrt(square)).isBetween(0.07, 0.13);
    assertThat(made.get("model.layers.0.block_sparse_moe.experts.0.w1.weight"))
        .isEqualTo(source.get("model.layers.0.mlp.gate_proj.weight"));
    assertThat(config().path("torch_dtype").asText()).isEqualTo("float32");
    assertThat(build(recipe).get("model.layers.0.block_sparse_moe.experts.1.w2.weight"))
        .isEqualTo(noisy);
    Mixtures.write(root, recipe, OPTIONS.withSeed(1), root.resolve("other"));
    assertThat(
            Mixtures.read(root.resolve("other"))
                .get("model.layers.0.block_sparse_moe.experts.1.w2.weight"))
        .isNotEqualTo(noisy);
  }

  @Test
  void theSameBytesForAnyThreadsAndShards() throws Exception {
    models("llama");
    String recipe =
        """
        base_model: m0
        dtype: bfloat16
        experts:
          - {source_model: m1, positive_prompts: ["1"], noise_scale: 0.1, residual_scale: 0.7}
          - {source_model: m2, positive_prompts: ["2"]}
        """;
    Mixtures.write(root, recipe, OPTIONS.withThreads(1), root.resolve("one"));
    Mixtures.write(root, recipe, OPTIONS.withThreads(8), root.resolve("eight"));
    assertThat(root.resolve("one/model.safetensors"))
        .hasSameBinaryContentAs(root.resolve("eight/model.safetensors"));
    MergeSummary summary =
        Mixtures.write(root, recipe, OPTIONS.withShardBytes(1000), root.resolve("shards"));
    assertThat(summary.files()).hasSizeGreaterThan(3);
    assertThat(root.resolve("shards/model.safetensors.index.json")).exists();
    Map<String, float[]> shards = Mixtures.read(root.resolve("shards"));
    Map<String, float[]> one = Mixtures.read(root.resolve("one"));
    assertThat(shards.keySet()).isEqualTo(one.keySet());
    one.forEach((name, values) -> assertThat(shards.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void aTiedHeadStaysTied() throws Exception {
    for (int i = 0; i < 2; i++) {
      TinyDense.of("llama")
          .set("tie_word_embeddings", true)
          .drop("lm_head.weight")
          .write(root.resolve("m" + i), i);
    }
    assertThat(build(Mixtures.recipe("m0", "", "m0 1", "m1 2")))
        .doesNotContainKey("lm_head.weight");
    assertThat(config().path("tie_word_embeddings").asBoolean()).isTrue();
  }

  @Test
  void warnsOfRoutersThatDoNotTellExpertsApart() throws Exception {
    models("llama");
    MergeSummary apart =
        Mixtures.write(
            root, Mixtures.recipe("m0", "", "m1 1", "m2 2"), OPTIONS, root.resolve("out"));
    assertThat(apart.warnings()).isEmpty();
    MergeSummary alike =
        Mixtures.write(
            root, Mixtures.recipe("m0", "", "m1 a1", "m2 b1"), OPTIONS, root.resolve("out"));
    assertThat(alike.warnings())
        .singleElement()
        .asString()
        .contains("routers of all layers hardly tell");
    MergeSummary three =
        Mixtures.write(
            root, Mixtures.recipe("m0", "", "m1 1", "m2 2", "m2 3"), OPTIONS, root.resolve("out"));
    assertThat(three.warnings())
        .singleElement()
        .asString()
        .startsWith("3 experts are no power of two");
  }

  @Test
  void goesOnAtTheShardOfTheSameMixture() throws Exception {
    models("llama");
    String recipe = Mixtures.recipe("m0", "", "m1 1", "m2 2");
    MergeOptions shards = OPTIONS.withShardBytes(1000).withResume(true);
    Mixtures.write(root, recipe, shards, root.resolve("whole"));
    AtomicInteger polls = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Mixtures.write(
                    root,
                    recipe,
                    shards,
                    root.resolve("out"),
                    () -> {
                      if (polls.incrementAndGet() > 20) {
                        throw new InterruptedException();
                      }
                    }))
        .isInstanceOf(InterruptedException.class);
    assertThat(root.resolve("out")).doesNotExist();
    MergeSummary rest = Mixtures.write(root, recipe, shards, root.resolve("out"));
    assertThat(rest.writtenBytes()).isPositive().isLessThan(rest.bytes());
    for (String file : rest.files()) {
      assertThat(root.resolve("out").resolve(file))
          .hasSameBinaryContentAs(root.resolve("whole").resolve(file));
      assertThat(rest.hashes()).containsKey(file);
    }
    assertThat(root.resolve("out/README.md")).content().contains("| SHA-256 |");
  }

  @Test
  void anotherMixtureBeginsAnew() throws Exception {
    models("llama");
    MergeOptions shards = OPTIONS.withShardBytes(1000).withResume(true);
    AtomicInteger polls = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Mixtures.write(
                    root,
                    Mixtures.recipe("m0", "", "m1 1", "m2 2"),
                    shards,
                    root.resolve("out"),
                    () -> {
                      if (polls.incrementAndGet() > 20) {
                        throw new InterruptedException();
                      }
                    }))
        .isInstanceOf(InterruptedException.class);
    MergeSummary other =
        Mixtures.write(
            root, Mixtures.recipe("m0", "", "m1 1", "m2 3"), shards, root.resolve("out"));
    assertThat(other.writtenBytes()).isEqualTo(other.bytes());
  }

  @Test
  void mayBeGivenUpWhileTheBaseRuns() {
    models("llama");
    assertThatThrownBy(
            () ->
                Mixtures.write(
                    root,
                    Mixtures.recipe("m0", "", "m1 1", "m2 2"),
                    OPTIONS,
                    root.resolve("out"),
                    () -> {
                      throw new InterruptedException();
                    }))
        .isInstanceOf(InterruptedException.class);
    assertThat(root.resolve(".out.ingot-partial")).doesNotExist();
  }

  @Test
  void namesTensorsThatOverflow() throws Exception {
    models("llama");
    String recipe =
        """
        base_model: m0
        dtype: float16
        experts:
          - {source_model: m1, positive_prompts: ["1"], residual_scale: 1.0e+6}
          - {source_model: m2, positive_prompts: ["2"]}
        """;
    MergeSummary summary = Mixtures.write(root, recipe, OPTIONS, root.resolve("out"));
    assertThat(summary.warnings())
        .hasSize(2)
        .allMatch(w -> w.contains("has NaN or infinity at element") && w.endsWith("of m1"));
  }

  @Test
  void neverWritesOverAnInput() {
    models("llama");
    String recipe = Mixtures.recipe("m0", "", "m1 1", "m2 2");
    assertThatThrownBy(() -> Mixtures.write(root, recipe, OPTIONS, root.resolve("m1")))
        .hasMessageContaining("m1 is the folder of model m1, an input");
  }

  @Test
  void leavesNothingBehindWhenItFails() throws Exception {
    models("llama");
    assertThatThrownBy(
            () ->
                Mixtures.write(
                    root,
                    Mixtures.recipe("m0", "", "m1 none", "m2 2"),
                    OPTIONS,
                    root.resolve("out")))
        .hasMessage("the prompt 'none' has no tokens");
    try (var files = Files.list(root)) {
      assertThat(files).noneMatch(f -> f.getFileName().toString().contains("out"));
    }
    Files.createDirectories(root.resolve("out"));
    Files.writeString(root.resolve("out/mine.txt"), "x");
    assertThatThrownBy(
            () ->
                Mixtures.write(
                    root, Mixtures.recipe("m0", "", "m1 1", "m2 2"), OPTIONS, root.resolve("out")))
        .hasMessageContaining("is not empty");
  }
}
