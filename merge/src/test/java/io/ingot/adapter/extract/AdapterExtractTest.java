package io.ingot.adapter.extract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.TinyModel;
import io.ingot.adapter.AdaptedModel;
import io.ingot.error.IngotException;
import io.ingot.model.Model;
import io.ingot.model.ModelFolder;
import io.ingot.model.OutputFolder;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Adapters out of small models, and what comes back when they are folded in again. */
class AdapterExtractTest {
  private static final String Q0 = "model.layers.0.self_attn.q_proj";
  private static final String DOWN1 = "model.layers.1.mlp.down_proj";

  @TempDir Path dir;

  private static final ExtractOptions PLAIN =
      new ExtractOptions(
          16,
          new LinkedHashMap<>(),
          true,
          false,
          List.of(),
          List.of(),
          List.of(),
          0,
          false,
          DType.F32,
          2);

  private ExtractReport extract(TinyModel tuned, TinyModel base, ExtractOptions options)
      throws IOException {
    try {
      return extract(tuned, base, options, Cancellation.NONE);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private ExtractReport extract(
      TinyModel tuned, TinyModel base, ExtractOptions options, Cancellation cancellation)
      throws IOException, InterruptedException {
    Path out = Files.createDirectories(dir.resolve("adapter"));
    try (ModelFolder model = tuned.open(dir.resolve("tuned"));
        ModelFolder original = base.open(dir.resolve("base"))) {
      return AdapterExtract.plan(model, original, options)
          .write(out, "adapter", "tuned", "base", Progress.NONE, cancellation);
    }
  }

  private JsonNode config() throws IOException {
    return new ObjectMapper().readTree(dir.resolve("adapter/adapter_config.json").toFile());
  }

  private Set<String> tensors() {
    try (SafetensorsFile file =
        SafetensorsFile.open(dir.resolve("adapter/adapter_model.safetensors"))) {
      return Set.copyOf(file.tensors().keySet());
    }
  }

  /** Folds the adapter into the base and compares every tensor of the model. */
  private void assertGivesBack(TinyModel tuned, double tolerance) {
    try (Model folded =
        AdaptedModel.open(ModelFolder.open(dir.resolve("base")), dir.resolve("adapter"))) {
      tuned.values.forEach(
          (name, values) -> {
            assertThat(folded.weights().tensors()).containsKey(name);
            float[] got = new float[values.length];
            Elements.read(
                folded.weights().info(name).dtype(),
                folded.weights().data(name),
                0,
                got,
                got.length);
            assertThat(got).as(name).hasSameSizeAs(values);
            for (int i = 0; i < got.length; i++) {
              assertThat((double) got[i])
                  .as(name + " at " + i)
                  .isCloseTo(values[i], within(tolerance));
            }
          });
      assertThat(folded.weights().tensors().keySet())
          .containsExactlyInAnyOrderElementsOf(tuned.values.keySet());
    }
  }

  @Test
  void canBeGivenUpAtAnyModuleAndLeavesNoScratchFile() throws Exception {
    TinyModel base = TinyModel.llama();
    TinyModel tuned = base.copy().change(Q0 + ".weight", 3, 0.05);
    AtomicInteger asked = new AtomicInteger();
    extract(tuned, base, PLAIN, asked::incrementAndGet);
    assertThat(asked).as("21 modules, and before the file is written").hasValue(22);
    for (int last : new int[] {0, 5, 20, 21}) {
      OutputFolder.delete(dir.resolve("adapter"));
      AtomicInteger left = new AtomicInteger(last);
      assertThatThrownBy(
              () ->
                  extract(
                      tuned,
                      base,
                      PLAIN,
                      () -> {
                        if (left.getAndDecrement() == 0) {
                          throw new InterruptedException();
                        }
                      }))
          .isInstanceOf(InterruptedException.class);
      assertThat(dir.resolve("adapter")).isEmptyDirectory();
    }
  }

  @Test
  void givesBackAFoldedLowRankChange() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned =
        base.copy().change(Q0 + ".weight", 3, 0.05).change(DOWN1 + ".weight", 5, 0.02);
    ExtractReport report = extract(tuned, base, PLAIN);

    assertThat(report.modules())
        .extracting(ExtractReport.Extracted::module, ExtractReport.Extracted::rank)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Q0, 3),
            org.assertj.core.groups.Tuple.tuple(DOWN1, 5));
    assertThat(report.energy()).isCloseTo(1, within(1e-9));
    assertThat(report.saved()).isEmpty();
    assertThat(report.unchanged()).isEqualTo(19);
    assertThat(config().path("r").asInt()).isEqualTo(5);
    assertThat(config().path("lora_alpha").asInt()).isEqualTo(5);
    assertThat(config().path("rank_pattern").toString()).isEqualTo("{\"" + Q0 + "\":3}");
    assertThat(config().path("alpha_pattern").toString()).isEqualTo("{\"" + Q0 + "\":3}");
    assertThat(config().path("target_modules").toString())
        .isEqualTo("[\"" + Q0 + "\",\"" + DOWN1 + "\"]");
    assertThat(config().path("modules_to_save").isNull()).isTrue();
    assertThat(tensors())
        .containsExactlyInAnyOrder(
            "base_model.model." + Q0 + ".lora_A.weight",
            "base_model.model." + Q0 + ".lora_B.weight",
            "base_model.model." + DOWN1 + ".lora_A.weight",
            "base_model.model." + DOWN1 + ".lora_B.weight");
    assertGivesBack(tuned, 1e-7);
  }

  @Test
  void givesBackEverythingWhenEverythingChanges() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned = base.copy();
    tuned.values.keySet().forEach(name -> tuned.change(name, 4, 0.03));
    ExtractReport report = extract(tuned, base, PLAIN);
    assertThat(report.saved()).hasSize(7).contains("lm_head", "model.embed_tokens", "model.norm");
    // "norm" would be found at the end of input_layernorm, too
    assertThat(config().path("modules_to_save").toString())
        .isEqualTo(
            "[\"lm_head\",\"embed_tokens\",\"input_layernorm\",\"post_attention_layernorm\",\"model.norm\"]");
    assertThat(config().path("target_modules")).hasSize(7);
    assertGivesBack(tuned, 1e-7);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"BF16", "F16"})
  void roundedModelsComeBackWithinTheirRounding(DType dtype) throws IOException {
    TinyModel base = TinyModel.llama();
    base.dtype = dtype;
    base.values.keySet().forEach(name -> base.map(name, io.ingot.tensor.Rounding.of(dtype)::apply));
    TinyModel tuned = base.copy();
    tuned
        .values
        .keySet()
        .forEach(
            name ->
                tuned.change(name, 4, 0.03).map(name, io.ingot.tensor.Rounding.of(dtype)::apply));
    // rounding makes the difference one of full rank
    extract(tuned, base, with(24, o -> o));
    assertGivesBack(tuned, 1e-3);
    ExtractReport cut = extract(tuned, base, PLAIN);
    assertThat(cut.energy()).isBetween(0.99, 0.99999999);
  }

  private static ExtractOptions with(
      int rank, java.util.function.UnaryOperator<ExtractOptions> change) {
    return change.apply(
        new ExtractOptions(
            rank,
            new LinkedHashMap<>(),
            true,
            false,
            List.of(),
            List.of(),
            List.of(),
            0,
            false,
            DType.F32,
            1));
  }

  @Test
  void aSmallerRankKeepsTheLargestSingularValues() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned = base.copy().change(Q0 + ".weight", 20, 0.05);
    ExtractReport full = extract(tuned, base, with(400, o -> o));
    assertThat(full.rank()).isEqualTo(20);
    ExtractReport cut = extract(tuned, base, with(2, o -> o));
    assertThat(cut.rank()).isEqualTo(2);
    assertThat(cut.energy()).isBetween(0.1, 0.9);
  }

  @Test
  void embeddingsGetFactorsOnRequest() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned =
        base.copy()
            .change("model.embed_tokens.weight", 3, 0.05)
            .change("lm_head.weight", 2, 0.05)
            .change(Q0 + ".weight", 1, 0.05);
    ExtractReport report =
        extract(
            tuned,
            base,
            new ExtractOptions(
                16,
                new LinkedHashMap<>(),
                false,
                true,
                List.of(),
                List.of(),
                List.of(),
                0,
                false,
                DType.F32,
                1));
    assertThat(report.saved()).isEmpty();
    assertThat(tensors())
        .contains(
            "base_model.model.model.embed_tokens.lora_embedding_A",
            "base_model.model.model.embed_tokens.lora_embedding_B",
            "base_model.model.lm_head.lora_A.weight");
    assertGivesBack(tuned, 1e-7);
  }

  private static TinyModel tied() {
    TinyModel model = TinyModel.llama().remove("lm_head.weight");
    model.config.put("tie_word_embeddings", true);
    return model;
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(booleans = {false, true})
  void aTiedHeadFollowsItsEmbedding(boolean embedLora) throws IOException {
    TinyModel base = tied();
    TinyModel tuned = base.copy().change("model.embed_tokens.weight", 3, 0.05);
    extract(
        tuned,
        base,
        new ExtractOptions(
            16,
            new LinkedHashMap<>(),
            true,
            embedLora,
            List.of(),
            List.of(),
            List.of(),
            0,
            false,
            DType.F32,
            1));
    // PEFT knows the head as a module of its own; a model that is folded stays tied
    assertThat(tensors())
        .contains("base_model.model.lm_head." + (embedLora ? "lora_A.weight" : "weight"));
    assertGivesBack(tuned, 1e-7);
  }

  @Test
  void anUntiedHeadOverATiedBaseIsComparedWithTheEmbedding() throws IOException {
    TinyModel base = tied();
    TinyModel tuned = TinyModel.llama();
    tuned.values.put("lm_head.weight", tuned.get("model.embed_tokens.weight").clone());
    tuned.change("lm_head.weight", 2, 0.1).change(Q0 + ".weight", 2, 0.1);
    ExtractReport report = extract(tuned, base, PLAIN);
    assertThat(report.saved()).containsExactly("lm_head");
    assertGivesBack(tuned, 1e-7);
  }

  @Test
  void aTiedFineTuneOfAnUntiedBaseChangesTheHead() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned = tied();
    extract(tuned, base, PLAIN);
    assertThat(tensors()).contains("base_model.model.lm_head.weight");
    TinyModel expected = base.copy();
    expected.values.put("lm_head.weight", base.get("model.embed_tokens.weight"));
    assertGivesBack(expected, 1e-7);
  }

  @Test
  void biasesGoBesideTheFactorsWhereAllModulesHaveOne() throws IOException {
    TinyModel base = TinyModel.llama().add(Q0 + ".bias", 24);
    TinyModel tuned = base.copy().change(Q0 + ".weight", 2, 0.05).change(Q0 + ".bias", 1, 0.05);
    extract(tuned, base, PLAIN);
    assertThat(config().path("lora_bias").asBoolean()).isTrue();
    assertThat(tensors()).contains("base_model.model." + Q0 + ".lora_B.bias");
    assertGivesBack(tuned, 1e-7);
  }

  @Test
  void biasesAreReplacedWhereOnlySomeModulesHaveOne() throws IOException {
    TinyModel base = TinyModel.llama().add(Q0 + ".bias", 24);
    TinyModel tuned = base.copy().change(Q0 + ".bias", 1, 0.05).change(DOWN1 + ".weight", 2, 0.05);
    ExtractReport report = extract(tuned, base, PLAIN);
    assertThat(report.modules().getFirst().rank()).isZero();
    assertThat(config().path("bias").asText()).isEqualTo("lora_only");
    assertThat(tensors())
        .contains("base_model.model." + Q0 + ".base_layer.bias")
        .doesNotContain("base_model.model." + Q0 + ".lora_B.bias");
    assertGivesBack(tuned, 1e-7);
  }

  @Test
  void conv1dWeightsLieTransposed() throws IOException {
    TinyModel base = new TinyModel();
    base.config.putArray("architectures").add("GPT2LMHeadModel");
    base.config.put("model_type", "gpt2").put("n_layer", 1).put("n_embd", 24);
    base.add("wte.weight", 40, 24).add("wpe.weight", 16, 24).add("h.0.attn.c_attn.weight", 24, 72);
    base.add("h.0.attn.c_attn.bias", 72).add("h.0.ln_1.weight", 24).add("h.0.ln_1.bias", 24);
    TinyModel tuned =
        base.copy().change("h.0.attn.c_attn.weight", 3, 0.05).change("h.0.ln_1.bias", 1, 0.1);
    extract(tuned, base, PLAIN);
    assertThat(config().path("fan_in_fan_out").asBoolean()).isTrue();
    // transformers puts the names of old checkpoints under "transformer."
    assertThat(tensors())
        .contains("base_model.model.transformer.h.0.attn.c_attn.lora_A.weight")
        // PEFT replaces whole modules
        .contains(
            "base_model.model.transformer.h.0.ln_1.weight",
            "base_model.model.transformer.h.0.ln_1.bias");
    assertGivesBack(tuned, 1e-7);
  }

  @Test
  void optionsChooseModulesAndRanks() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned = base.copy();
    tuned.values.keySet().forEach(name -> tuned.change(name, 10, 0.03));
    SequencedMap<Pattern, Integer> ranks = new LinkedHashMap<>();
    ranks.put(ExtractOptions.ending("1\\.mlp\\.up_proj"), 2);
    ExtractReport report =
        extract(
            tuned,
            base,
            new ExtractOptions(
                4,
                ranks,
                true,
                false,
                List.of("o_proj"),
                List.of(Pattern.compile("layers\\.0")),
                List.of(Pattern.compile("mlp"), Pattern.compile("o_proj")),
                0,
                true,
                DType.BF16,
                1));
    assertThat(report.modules())
        .extracting(m -> m.module() + " " + m.rank())
        .containsExactly(
            "model.layers.1.mlp.down_proj 4",
            "model.layers.1.mlp.gate_proj 4",
            "model.layers.1.mlp.up_proj 2");
    // asked for by name, so an exclude does not matter, as in mergekit
    assertThat(report.saved())
        .containsExactly("model.layers.0.self_attn.o_proj", "model.layers.1.self_attn.o_proj");
    assertThat(report.leftOut()).contains("model.norm", "model.layers.0.mlp.up_proj", "lm_head");
    assertThat(config().path("target_modules").toString())
        .isEqualTo(
            "[\"model.layers.1.mlp.down_proj\",\"model.layers.1.mlp.gate_proj\",\"model.layers.1.mlp.up_proj\"]");
    try (SafetensorsFile file =
        SafetensorsFile.open(dir.resolve("adapter/adapter_model.safetensors"))) {
      assertThat(file.info("base_model.model.model.layers.1.mlp.up_proj.lora_A.weight").dtype())
          .isEqualTo(DType.BF16);
      assertThat(file.info("base_model.model.model.layers.1.self_attn.o_proj.weight").dtype())
          .isEqualTo(DType.F32);
    }
  }

  @Test
  void expertsGetFactorsAndRoutersStayWhole() throws IOException {
    TinyModel base = TinyModel.llama();
    base.config.putArray("architectures").add("MixtralForCausalLM");
    base.config.put("model_type", "mixtral").put("num_local_experts", 2);
    for (int layer = 0; layer < 2; layer++) {
      String moe = "model.layers." + layer + ".block_sparse_moe.";
      base.add(moe + "gate.weight", 2, 24);
      for (int expert = 0; expert < 2; expert++) {
        base.add(moe + "experts." + expert + ".w1.weight", 56, 24);
      }
    }
    TinyModel tuned = base.copy();
    tuned.values.keySet().stream()
        .filter(name -> name.contains("moe"))
        .forEach(name -> tuned.change(name, 1, 0.1));
    ExtractReport report = extract(tuned, base, PLAIN);
    assertThat(report.modules()).hasSize(4);
    assertThat(report.saved())
        .containsExactly(
            "model.layers.0.block_sparse_moe.gate", "model.layers.1.block_sparse_moe.gate");
    assertThat(report.warnings()).anySatisfy(w -> assertThat(w).contains("transformers 4"));
    assertGivesBack(tuned, 1e-7);
  }

  @Test
  void smallSingularValuesAreDropped() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned = base.copy();
    float[] weight = tuned.get(Q0 + ".weight");
    for (int i = 0; i < 24; i++) {
      weight[i * 24 + i] += i < 5 ? 2 : 0.5f;
    }
    ExtractReport report =
        extract(
            tuned,
            base,
            new ExtractOptions(
                24,
                new LinkedHashMap<>(),
                true,
                false,
                List.of(),
                List.of(),
                List.of(),
                1,
                false,
                DType.F32,
                1));
    assertThat(report.rank()).isEqualTo(5);
  }

  @Test
  void newTokensAreSavedWholeAndSaidAtOnce() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned = base.copy();
    tuned.add("model.embed_tokens.weight", 43, 24).add("lm_head.weight", 43, 24);
    tuned.config.put("vocab_size", 43);
    ExtractOptions options =
        new ExtractOptions(
            16,
            new LinkedHashMap<>(),
            true,
            true,
            List.of(),
            List.of(),
            List.of(),
            0,
            false,
            DType.F32,
            1);
    try (ModelFolder model = tuned.open(dir.resolve("tuned"));
        ModelFolder original = base.open(dir.resolve("base"))) {
      assertThat(AdapterExtract.plan(model, original, options).warnings())
          .anySatisfy(
              w ->
                  assertThat(w)
                      .contains("'model.embed_tokens.weight' has 43 rows in the model and 40")
                      .contains("resize_token_embeddings(43)"));
    }
    extract(tuned, base, options);
    assertThat(Files.readString(dir.resolve("adapter/README.md")))
        .contains("resize_token_embeddings(43)");
    assertGivesBack(tuned, 0);
  }

  @Test
  void allThatDoesNotFitIsSaidAtOnceFromHeaders() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned = base.copy().remove(DOWN1 + ".weight").add("extra.weight", 4, 4);
    tuned.add(Q0 + ".weight", 24, 26);
    tuned.config.putArray("architectures").add("Qwen2ForCausalLM");
    assertThatThrownBy(() -> extract(tuned, base, PLAIN))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("the model is Qwen2ForCausalLM, the base LlamaForCausalLM")
        .hasMessageContaining("the model lacks tensor '" + DOWN1 + ".weight' of the base")
        .hasMessageContaining("the base lacks tensor 'extra.weight' of the model")
        .hasMessageContaining("'" + Q0 + ".weight' is [24, 26] in the model and [24, 24]");
  }

  @Test
  void quantizedWeightsAreRefused() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned = base.copy();
    tuned.dtype = DType.I32;
    assertThatThrownBy(() -> extract(tuned, base, PLAIN))
        .hasMessageContaining("'" + Q0 + ".weight' is quantized (I32)");
  }

  @Test
  void notANumberIsNamed() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned = base.copy();
    tuned.get(Q0 + ".weight")[25] = Float.NaN;
    assertThatThrownBy(() -> extract(tuned, base, PLAIN))
        .hasMessageContaining("'" + Q0 + ".weight' of the model holds NaN at [1, 1]");
    base.get(DOWN1 + ".weight")[3] = Float.NEGATIVE_INFINITY;
    assertThatThrownBy(() -> extract(base.copy().change(Q0 + ".weight", 1, 1), base, PLAIN))
        .hasMessageContaining("'" + DOWN1 + ".weight' of the model holds -Infinity");
  }

  @Test
  void equalModelsGiveNoAdapter() {
    TinyModel base = TinyModel.llama();
    assertThatThrownBy(() -> extract(base.copy(), base, PLAIN))
        .hasMessageContaining("nothing to extract");
  }

  @Test
  void changedNormsAloneStillMakeAnAdapterThatPeftLoads() throws IOException {
    TinyModel base = TinyModel.llama();
    TinyModel tuned = base.copy().change("model.norm.weight", 1, 0.1);
    ExtractReport report = extract(tuned, base, PLAIN);
    assertThat(report.modules()).isEmpty();
    assertThat(report.saved()).containsExactly("model.norm");
    assertThat(config().path("target_modules")).hasSize(1);
    assertGivesBack(tuned, 1e-7);
  }

  @Test
  void theLicenseOfTheModelGoesOn() throws IOException {
    TinyModel base = TinyModel.llama();
    Files.createDirectories(dir.resolve("base"));
    Files.writeString(
        dir.resolve("base/README.md"), "---\nlicense: llama3.2\nlicense_name: x\n---\n# Base\n");
    extract(base.copy().change(Q0 + ".weight", 1, 1), base, PLAIN);
    assertThat(Files.readString(dir.resolve("adapter/README.md")))
        .contains("\nlicense: llama3.2\n")
        .contains("library_name: peft");
  }

  @Test
  void impossibleOptionsAreUsageErrors() {
    assertThatThrownBy(() -> with(0, o -> o)).hasMessageContaining("--rank: 0 is not positive");
    assertThatThrownBy(() -> ExtractOptions.pattern("-e", "(")).hasMessageContaining("-e: '('");
  }
}
