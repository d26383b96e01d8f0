package io.ingot.step.card;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ingot.license.EvidenceReader;
import io.ingot.license.LicenseEngine;
import io.ingot.license.LicenseEvidence;
import io.ingot.license.LicenseJson;
import io.ingot.license.Publication;
import io.ingot.license.Publisher;
import io.ingot.license.Verdict;
import io.ingot.step.StepOutcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of a small job leave behind, written by hand: base, tune, merge, quants, scores.
 */
public final class ReleaseFixture {
  public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  public final Path root;

  private ReleaseFixture(Path root) {
    this.root = root;
  }

  /** A job whose base carries this license. */
  public static ReleaseFixture write(Path root, String license, Map<String, String> licenseFiles)
      throws IOException {
    ReleaseFixture job = new ReleaseFixture(root);
    job.text(
        "base/README.md",
        "---\nlicense: " + license + "\nlanguage: [en]\npipeline_tag: text-generation\n---\n");
    for (Map.Entry<String, String> file : licenseFiles.entrySet()) {
      job.text("base/" + file.getKey(), file.getValue());
    }
    job.model("base");
    job.text(
        "orders-lora/adapter_config.json",
        "{\"peft_type\":\"LORA\",\"r\":16,\"lora_alpha\":32,\"base_model_name_or_path\":\"/home/me/base\"}");
    job.bytes("orders-lora/adapter_model.safetensors", safetensors());
    job.text("orders-lora/metrics.jsonl", "{}\n");
    job.text(
        "orders-lora/training.json",
        """
        {"method":"lora","rows":1200,"tokens":98765,"trained_tokens":4321,"steps":38,"epochs":0.5,
         "trainable_parameters":215040,"final_loss":0.0123456}
        """);
    job.model("blended");
    job.text(
        "blended/mergekit_config.yml",
        "merge_method: ties\nbase_model: base\nmodels:\n- model: orders-lora\n  parameters:\n    weight: 1.0\n");
    job.text("blended/merge.json", "{\"method\":\"ties\",\"tensors\":1}");
    job.text("blended/manifest.json", "{\"run\":\"r-1\",\"seconds\":3}");
    job.bytes("gguf/blended-Q8_0.gguf", "GGUF-eight".getBytes(StandardCharsets.UTF_8));
    job.bytes("gguf/blended-Q4_K_M.gguf", "GGUF-four".getBytes(StandardCharsets.UTF_8));
    job.text(
        "gguf/quantization.json",
        """
        {"files":[{"file":"blended-Q8_0.gguf","type":"Q8_0","bytes":10,"bits_per_weight":8.5},
                  {"file":"blended-Q4_K_M.gguf","type":"Q4_K_M","bytes":9,"bits_per_weight":4.83}]}
        """);
    job.text(
        "quality/evaluation.json",
        """
        {"models":[
          {"name":"base","bytes":7340032,"scores":{"orders":{"exact_match":0.0},"text":{"perplexity":1.9956}}},
          {"name":"blended","bytes":7340032,"scores":{"orders":{"exact_match":0.985},"text":{"perplexity":2.0123}}},
          {"name":"gguf.Q4_K_M","bytes":2340032,"scores":{"orders":{"exact_match":0.98},"text":{"perplexity":2.05}}}],
         "suites":{"orders":{"metric":"exact_match","rows":200},"text":{"metric":"perplexity","rows":40}},
         "baseline":"base",
         "gates":[{"expression":"blended.orders.exact_match >= 0.97","value":0.985,"passed":true}]}
        """);
    return job;
  }

  public void text(String name, String content) throws IOException {
    bytes(name, content.getBytes(StandardCharsets.UTF_8));
  }

  public void bytes(String name, byte[] content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private void model(String name) throws IOException {
    text(
        name + "/config.json",
        """
        {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":256,"num_hidden_layers":4,
         "num_attention_heads":4,"num_key_value_heads":2,"vocab_size":1024,"max_position_embeddings":512}
        """);
    text(name + "/tokenizer.json", "{}");
    text(
        name + "/tokenizer_config.json",
        "{\"chat_template\":\"{% for m in messages %}{{ m.content }}{% endfor %}\"}");
    bytes(name + "/model.safetensors", safetensors());
  }

  /** One tensor of four bf16 numbers. */
  public static byte[] safetensors() {
    byte[] header =
        "{\"w\":{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[0,8]}}"
            .getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + header.length + 8)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  public List<LicenseEvidence> evidence() {
    return List.of(
        new EvidenceReader()
            .fromFolder(
                root.resolve("base"),
                "ingot/tiny-base",
                LicenseEvidence.Kind.MODEL,
                Optional.of(COMMIT)));
  }

  public JsonNode cardParameters(@Nullable String repository, List<String> artifacts) {
    Verdict verdict =
        LicenseEngine.standard()
            .judge(
                evidence(),
                new Publication(
                    new Publisher("acme", Publisher.Kind.COMPANY, Optional.empty()),
                    Optional.ofNullable(repository)));
    List<JsonNode> evidence = new ArrayList<>();
    LicenseJson.of(evidence()).forEach(evidence::add);
    TreeMap<String, CardParameters.StepFact> steps = new TreeMap<>();
    steps.put(
        "orders-lora",
        new CardParameters.StepFact(
            "finetune",
            Map.of("model", "base", "dataset", "orders"),
            tree(
                "{\"lora\":{\"alpha\":32,\"rank\":16},\"optimizer\":{\"betas\":[0.9,0.999],\"learning_rate\":0.001},"
                    + "\"train\":{\"epochs\":0.5,\"max_steps\":null,\"seed\":42}}")));
    steps.put(
        "quality",
        new CardParameters.StepFact("evaluate", Map.of("suite:orders", "orders-test"), null));
    CardParameters parameters =
        new CardParameters(
            "quickstart",
            new CardParameters.Publisher("acme", "company", null),
            repository,
            artifacts,
            new CardParameters.Texts(
                "Writes orders as YAML.", "Trying things out.", "Knows two formats."),
            Map.of("base", new CardParameters.ModelFact("ingot/tiny-base", COMMIT)),
            Map.of(
                "orders",
                new CardParameters.DatasetFact(
                    null, null, null, "orders.train.jsonl", "ab".repeat(32), "messages", 1200L),
                "orders-test",
                new CardParameters.DatasetFact(
                    null, null, null, "orders.test.jsonl", "cd".repeat(32), "messages", 200L)),
            steps,
            LicenseJson.of(verdict),
            evidence);
    return JSON.valueToTree(parameters);
  }

  /** The inputs of a card step; digests are those of fixed names. */
  public FakeContext cardContext(JsonNode parameters, Path output, List<String> artifacts)
      throws IOException {
    FakeContext context =
        new FakeContext(
            parameters, Files.createDirectories(output), null, new FakeContext.FakeJournal());
    for (String artifact : artifacts) {
      context.with(
          "artifact:" + artifact, digest(artifact), root.resolve(artifact), kind(artifact));
    }
    for (String step : List.of("orders-lora", "blended", "gguf", "quality")) {
      context.with("step:" + step, digest(step), root.resolve(step), kind(step));
    }
    return context.with("step:pull:base", digest("base"), root.resolve("base"), "pull");
  }

  /** Runs the card step. */
  public Path card(@Nullable String repository, List<String> artifacts, String output)
      throws Exception {
    Path folder = root.resolve(output);
    FakeContext context = cardContext(cardParameters(repository, artifacts), folder, artifacts);
    StepOutcome outcome = new CardStep().run(context);
    if (!(outcome instanceof StepOutcome.Done)) {
      throw new AssertionError(outcome);
    }
    return folder;
  }

  public static String digest(String name) {
    return Integer.toHexString(name.hashCode()).repeat(8);
  }

  public static String kind(String name) {
    return switch (name) {
      case "orders-lora" -> "finetune";
      case "blended" -> "merge";
      case "gguf" -> "quantize";
      case "quality" -> "evaluate";
      default -> "pull";
    };
  }

  private static JsonNode tree(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
