package io.ingot.step.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training traces of PEFT: the same batches must give the same losses, gradient norms, learning
 * rates and, at the end, the same adapter.
 */
class LoraGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> tracesOfPeft() throws IOException {
    Path root = goldenRoot().resolve("lora");
    assumeTrue(Files.isDirectory(root), "no golden training traces at " + root);
    List<Path> cases;
    try (Stream<Path> entries = Files.list(root)) {
      cases = entries.filter(LoraGoldenTest::isSupervised).sorted().toList();
    }
    return cases.stream()
        .map(c -> DynamicTest.dynamicTest(c.getFileName().toString(), () -> check(root, c)));
  }

  static Path goldenRoot() {
    String outside = System.getProperty("golden.dir", "");
    return outside.isEmpty() ? Path.of("src/test/resources/golden") : Path.of(outside);
  }

  /** Traces that begin with an adapter and whose micro-batches all have one size. */
  private static boolean isSupervised(Path dir) {
    if (!Files.exists(dir.resolve("hparams.json")) || !Files.isDirectory(dir.resolve("init"))) {
      return false;
    }
    JsonNode hparams = read(dir.resolve("hparams.json"));
    if (!hparams.path("trainer").asText("SFTTrainer").equals("SFTTrainer")) {
      return false;
    }
    JsonNode steps = read(dir.resolve("batches.json")).path("steps");
    Set<Integer> sizes = new HashSet<>();
    Set<Integer> counts = new HashSet<>();
    for (JsonNode step : steps) {
      counts.add(step.size());
      step.forEach(m -> sizes.add(m.path("input_ids").size()));
    }
    return steps.path(0).path(0).has("labels") && sizes.size() == 1 && counts.size() == 1;
  }

  private void check(Path root, Path dir) throws Exception {
    JsonNode hparams = read(dir.resolve("hparams.json"));
    JsonNode expected = read(dir.resolve("expected.json"));
    JsonNode steps = read(dir.resolve("batches.json")).path("steps");
    Path work = Files.createDirectories(folder.resolve(dir.getFileName()));
    Path rows = writeRows(work.resolve("rows.jsonl"), steps);
    FakeContext context =
        new FakeContext(work, parameters(hparams, steps))
            .with("model", root.resolve(hparams.path("base").asText()))
            .with("dataset", rows)
            .with("init_adapter", dir.resolve("init"));
    new FinetuneStep().run(context);

    JsonNode tolerance = expected.path("tolerance");
    List<JsonNode> metrics = new ArrayList<>();
    for (String line : Files.readAllLines(work.resolve("out/metrics.jsonl"))) {
      metrics.add(JSON.readTree(line));
    }
    JsonNode trace = expected.path("steps");
    assertThat(metrics).hasSize(trace.size());
    for (int i = 0; i < metrics.size(); i++) {
      double norm = trace.get(i).path("grad_norm").asDouble();
      JsonNode rate = trace.get(i).path("lr");
      assertThat(metrics.get(i).path("loss").asDouble())
          .as("loss of step %d", i + 1)
          .isCloseTo(
              trace.get(i).path("loss").asDouble(),
              Offset.offset(tolerance.path("loss_abs").asDouble(2e-5)));
      assertThat(Math.abs(metrics.get(i).path("grad_norm").asDouble() - norm) / norm)
          .as("gradient norm of step %d", i + 1)
          .isLessThanOrEqualTo(tolerance.path("grad_norm_rel").asDouble(1e-4));
      assertThat(metrics.get(i).path("learning_rate").asDouble())
          .as("learning rate of step %d", i + 1)
          .isCloseTo(
              (rate.isArray() ? rate.get(0) : rate).asDouble(),
              Offset.offset(1e-9 * hparams.path("learning_rate").asDouble()));
    }
    assertThat(distance(dir, work))
        .as("adapter, relative to its way")
        .isLessThanOrEqualTo(tolerance.path("adapter_rel_l2").asDouble(1e-4));
  }

  /** ||got - expected|| / ||expected - init||. */
  private static double distance(Path dir, Path work) throws IOException {
    Path last;
    try (Stream<Path> files = Files.list(dir.resolve("expected"))) {
      last =
          files
              .filter(f -> f.getFileName().toString().startsWith("after_"))
              .max(Path::compareTo)
              .orElseThrow();
    }
    Map<String, double[]> got = tensors(work.resolve("out/adapter_model.safetensors"));
    Map<String, double[]> want = tensors(last);
    Map<String, double[]> init = tensors(dir.resolve("init/adapter_model.safetensors"));
    assertThat(got.keySet()).isEqualTo(want.keySet());
    double off = 0;
    double way = 0;
    for (Map.Entry<String, double[]> entry : want.entrySet()) {
      double[] end = entry.getValue();
      double[] mine = Objects.requireNonNull(got.get(entry.getKey()));
      double[] start = Objects.requireNonNull(init.get(entry.getKey()));
      for (int i = 0; i < end.length; i++) {
        off += Math.pow(mine[i] - end[i], 2);
        way += Math.pow(end[i] - start[i], 2);
      }
    }
    return Math.sqrt(off / way);
  }

  private static Map<String, double[]> tensors(Path file) {
    Map<String, double[]> values = new TreeMap<>();
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      for (TensorInfo info : tensors.tensors().values()) {
        MemorySegment data = tensors.data(info.name());
        double[] doubles = new double[Math.toIntExact(info.elements())];
        for (int i = 0; i < doubles.length; i++) {
          doubles[i] = data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
        }
        values.put(info.name().replace("base_model.model.", "").replace(".default", ""), doubles);
      }
    }
    return values;
  }

  private static Path writeRows(Path file, JsonNode steps) throws IOException {
    StringBuilder text = new StringBuilder();
    for (JsonNode step : steps) {
      for (JsonNode micro : step) {
        for (int r = 0; r < micro.path("input_ids").size(); r++) {
          ObjectNode row = JSON.createObjectNode();
          ArrayNode ids = row.putArray("input_ids");
          ArrayNode labels = row.putArray("labels");
          JsonNode mask = micro.path("attention_mask").get(r);
          for (int i = 0; i < mask.size(); i++) {
            if (mask.get(i).asInt() != 0) {
              ids.add(micro.path("input_ids").get(r).get(i));
              labels.add(micro.path("labels").get(r).get(i));
            }
          }
          text.append(row).append('\n');
        }
      }
    }
    return Files.writeString(file, text);
  }

  private static ObjectNode parameters(JsonNode hparams, JsonNode steps) {
    JsonNode schedule = hparams.path("schedule");
    JsonNode old = hparams.path("optimizer");
    ObjectNode parameters = JSON.createObjectNode();
    parameters.put("method", "lora");
    parameters.putObject("objective").put("name", "sft");
    parameters.putObject("dataset").put("format", "tokens");
    ObjectNode optimizer = parameters.putObject("optimizer");
    optimizer.put("name", "adamw");
    optimizer.set("betas", old.path("betas"));
    optimizer.put("eps", old.path("eps").asDouble());
    optimizer.put(
        "weight_decay",
        old.path("weight_decay").asDouble(hparams.path("weight_decay").asDouble(0)));
    optimizer.put("learning_rate", hparams.path("learning_rate").asDouble());
    optimizer.set("max_grad_norm", hparams.path("max_grad_norm"));
    optimizer.put(
        "schedule",
        schedule.path("type").asText(hparams.path("lr_scheduler_type").asText("constant")));
    double warmup =
        schedule.path("warmup_steps").asDouble(hparams.path("warmup_steps").asDouble(0));
    if (warmup > 0 && warmup < 1) {
      optimizer.put("warmup_ratio", warmup);
    } else {
      optimizer.put("warmup_steps", (int) warmup);
    }
    if (old.hasNonNull("loraplus_lr_ratio")) {
      optimizer.put("loraplus_lr_ratio", old.path("loraplus_lr_ratio").asDouble());
    }
    ObjectNode train = parameters.putObject("train");
    train.put("epochs", 1);
    train.put("batch_size", steps.path(0).path(0).path("input_ids").size());
    train.put("gradient_accumulation", steps.path(0).size());
    train.put("max_length", 1024);
    train.put("too_long", "drop");
    train.put("packing", false);
    train.put("shuffle", false);
    train.put(
        "precision", hparams.path("base_dtype").asText().equals("bfloat16") ? "bf16" : "fp32");
    train.put("device", "cpu");
    train.put("seed", 42);
    return parameters;
  }

  private static JsonNode read(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
