package io.ingot.step.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.adapter.Adapter;
import io.ingot.error.IngotException;
import io.ingot.train.MemoryEstimate;
import io.ingot.train.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FinetuneStepTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Path model = Path.of("");

  @BeforeEach
  void prepare() {
    model = LoraGoldenTest.goldenRoot().resolve("lora/bases/llama");
    assumeTrue(Files.isDirectory(model), "no golden base model at " + model);
  }

  @Test
  void writesAnAdapterThatPeftUnderstands() throws Exception {
    Path rows = TinyTuning.rows(folder.resolve("rows.jsonl"), 6, 256);
    TinyTuning.run(folder, model, rows, TinyTuning.parameters(2));

    JsonNode config = JSON.readTree(folder.resolve("out/adapter_config.json").toFile());
    assertThat(config.path("peft_type").asText()).isEqualTo("LORA");
    assertThat(config.path("task_type").asText()).isEqualTo("CAUSAL_LM");
    assertThat(config.path("r").asInt()).isEqualTo(4);
    assertThat(config.path("lora_alpha").isIntegralNumber()).isTrue();
    assertThat(config.path("inference_mode").asBoolean()).isTrue();
    List<String> targets = new ArrayList<>();
    config.path("target_modules").forEach(t -> targets.add(t.asText()));
    assertThat(targets)
        .containsExactly(
            "down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj");
    List<String> keys = new ArrayList<>();
    config.fieldNames().forEachRemaining(keys::add);
    assertThat(keys).isSorted();
    try (Adapter adapter = Adapter.open(folder.resolve("out"))) {
      assertThat(adapter.pairs()).hasSize(14).containsKey("model.layers.1.mlp.down_proj");
    }
  }

  @Test
  void writesTheFactsWithoutTimes() throws Exception {
    Path rows = TinyTuning.rows(folder.resolve("rows.jsonl"), 6, 256);
    TinyTuning.run(folder, model, rows, TinyTuning.parameters(2));
    JsonNode facts = JSON.readTree(folder.resolve("out/training.json").toFile());
    assertThat(facts.path("method").asText()).isEqualTo("lora");
    assertThat(facts.path("rows").asInt()).isEqualTo(6);
    assertThat(facts.path("steps").asInt()).isEqualTo(2);
    assertThat(facts.path("epochs").asDouble()).isEqualTo(2);
    assertThat(facts.path("trainable_parameters").asLong()).isEqualTo(7424);
    assertThat(facts.path("trained_tokens").asLong())
        .isPositive()
        .isLessThan(facts.path("tokens").asLong());
    assertThat(facts.path("hyperparameters").path("learning_rate").asDouble()).isEqualTo(3e-3);
    assertThat(facts.toString()).doesNotContain("second");
  }

  @Test
  void goesOnFromAnAdapterAndKeepsItsConfiguration() throws Exception {
    Path rows = TinyTuning.rows(folder.resolve("rows.jsonl"), 6, 256);
    Path first = Files.createDirectories(folder.resolve("first"));
    TinyTuning.run(first, model, rows, TinyTuning.parameters(2));
    ObjectNode parameters = TinyTuning.parameters(2);
    parameters.remove("lora");
    new FinetuneStep()
        .run(
            new FakeContext(Files.createDirectories(folder.resolve("second")), parameters)
                .with("model", model)
                .with("dataset", rows)
                .with("init_adapter", first.resolve("out")));
    assertThat(JSON.readTree(folder.resolve("second/out/adapter_config.json").toFile()))
        .isEqualTo(JSON.readTree(first.resolve("out/adapter_config.json").toFile()));
    assertThat(folder.resolve("second/out/adapter_model.safetensors").toFile())
        .hasSize(Files.size(first.resolve("out/adapter_model.safetensors")));
  }

  @Test
  void refusesAnInitialAdapterThatDisagrees() throws Exception {
    Path rows = TinyTuning.rows(folder.resolve("rows.jsonl"), 6, 256);
    TinyTuning.run(folder, model, rows, TinyTuning.parameters(1));
    ObjectNode parameters = TinyTuning.parameters(1);
    ((ObjectNode) parameters.path("lora")).put("rank", 8);
    FakeContext context =
        new FakeContext(Files.createDirectories(folder.resolve("second")), parameters)
            .with("model", model)
            .with("dataset", rows)
            .with("init_adapter", folder.resolve("out"));
    assertThatThrownBy(() -> new FinetuneStep().run(context))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("finetune.lora.rank is 8")
        .hasMessageContaining("has 4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"input_ids\":[1,2,3],\"labels\":[-100,-100,-100]}|rows.jsonl: all labels are masked",
        "{\"input_ids\":[1,2,99999]}|holds the token 99999, but the vocabulary has",
        "{\"input_ids\":[]}|rows.jsonl:1: input_ids is empty",
        "{\"input_ids\":[1,2],\"labels\":[1]}|2 input_ids but 1 labels",
        "{\"input_ids\":[1,2.5]}|input_ids[1] is 2.5; expected a whole number",
        "{\"labels\":[1]}|input_ids is no list of numbers",
        "{\"input_ids\":[1,2|rows.jsonl:1: no JSON",
        "''|has no rows",
      })
  void refusesBadRows(String row, String message) throws IOException {
    Path rows = Files.writeString(folder.resolve("rows.jsonl"), row + "\n");
    assertThatThrownBy(() -> TinyTuning.run(folder, model, rows, TinyTuning.parameters(1)))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining(message);
    assertThat(folder.resolve("out/adapter_model.safetensors")).doesNotExist();
  }

  @Test
  void refusesRowsThatAreAllTooLong() throws IOException {
    Path rows = TinyTuning.rows(folder.resolve("rows.jsonl"), 6, 256);
    ObjectNode parameters = TinyTuning.parameters(1);
    ((ObjectNode) parameters.path("train")).put("max_length", 3);
    assertThatThrownBy(() -> TinyTuning.run(folder, model, rows, parameters))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("all rows are longer than max_length 3")
        .hasMessageContaining("all need 24");
  }

  @Test
  void usesRowsOfTokensAsTheyAre() throws Exception {
    Path rows = folder.resolve("rows.jsonl");
    String masked = "{\"input_ids\":[5,6,7],\"labels\":[-100,-100,-100]}\n";
    Files.writeString(rows, masked + "{\"input_ids\":[5,6,7,8]}\n" + masked);
    ObjectNode parameters = TinyTuning.parameters(1);
    TinyTuning.run(folder, model, rows, parameters);
    JsonNode line = JSON.readTree(Files.readString(folder.resolve("out/metrics.jsonl")));
    assertThat(line.path("tokens").asInt()).isEqualTo(10);
    JsonNode facts = JSON.readTree(folder.resolve("out/training.json").toFile());
    assertThat(facts.path("trained_tokens").asInt()).isEqualTo(3);
  }

  @Test
  void saysWhatAModelThatDoesNotFitNeeds() throws IOException {
    ObjectNode config = (ObjectNode) JSON.readTree(model.resolve("config.json").toFile());
    config.put("hidden_size", 16384).put("intermediate_size", 53248).put("vocab_size", 128256);
    config.put("num_hidden_layers", 126).put("head_dim", 128);
    config.put("num_attention_heads", 128).put("num_key_value_heads", 8);
    MemoryEstimate estimate = MemoryEstimate.lora(config, Precision.BF16, 16, 2048);
    assertThat(estimate.weights()).isBetween(800_000_000_000L, 820_000_000_000L);
    assertThatThrownBy(() -> estimate.check(24L << 30))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("weights 811")
        .hasMessageContaining("this machine has 25.8 GB");
    estimate.check(2L << 40);
  }

  @Test
  void refusesTargetsThatMatchNothing() throws IOException {
    Path rows = TinyTuning.rows(folder.resolve("rows.jsonl"), 6, 256);
    ObjectNode parameters = TinyTuning.parameters(1);
    ((ObjectNode) parameters.path("lora")).putArray("targets").add("query");
    assertThatThrownBy(() -> TinyTuning.run(folder, model, rows, parameters))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("targets match no module")
        .hasMessageContaining("q_proj");
  }

  @Test
  void namesWhatItCannotDo() {
    ObjectNode parameters = TinyTuning.parameters(1);
    parameters.put("method", "qlora");
    ((ObjectNode) parameters.path("objective")).put("name", "dpo");
    ((ObjectNode) parameters.path("lora")).put("init", "pissa");
    ((ObjectNode) parameters.path("lora")).putArray("modules_to_save").add("lm_head");
    assertThat(new FinetuneStep().unsupported(parameters))
        .containsOnlyKeys("method", "objective.name", "lora.init", "lora.modules_to_save")
        .allSatisfy((key, text) -> assertThat(text).contains("not available yet"));
    assertThat(new FinetuneStep().unsupported(TinyTuning.parameters(1))).isEmpty();
  }
}
