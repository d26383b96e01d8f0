package io.ingot.step.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training that is killed and started again ends with the bits of one that was not. */
class KilledTrainingTest {
  private static final int STEPS = 120;

  @TempDir Path folder;
  private Path model = Path.of("");
  private Path rows = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    model = LoraGoldenTest.goldenRoot().resolve("lora/bases/llama");
    assumeTrue(Files.isDirectory(model), "no golden base model at " + model);
    rows = TinyTuning.rows(folder.resolve("rows.jsonl"), 50, 256);
  }

  @Test
  void goesOnFromTheLastCheckpointWithTheSameBits() throws Exception {
    Path straight = Files.createDirectories(folder.resolve("straight"));
    TinyTuning.run(straight, model, rows, TinyTuning.parameters(STEPS));
    ObjectNode parameters = TinyTuning.parameters(STEPS);
    ((ObjectNode) parameters.path("train")).put("checkpoint_every", 3);

    Path killed = Files.createDirectories(folder.resolve("killed"));
    for (int lines : List.of(4, 37, 80)) {
      killAfter(lines, killed, parameters);
      assertThat(killed.resolve("out/adapter_model.safetensors")).doesNotExist();
    }
    Process last = start(killed, parameters);
    assertThat(last.waitFor()).isZero();

    assertThat(killed.resolve("out/adapter_model.safetensors"))
        .hasSameBinaryContentAs(straight.resolve("out/adapter_model.safetensors"));
    assertThat(losses(killed)).isEqualTo(losses(straight));
  }

  @Test
  void keepsNoCheckpointOfOtherWork() throws Exception {
    Path first = Files.createDirectories(folder.resolve("first"));
    ObjectNode parameters = TinyTuning.parameters(8);
    ((ObjectNode) parameters.path("train")).put("checkpoint_every", 2);
    TinyTuning.run(first, model, rows, parameters);
    Files.move(first.resolve("out"), first.resolve("old"));
    ((ObjectNode) parameters.path("train")).put("seed", 43);
    TinyTuning.run(first, model, rows, parameters);

    Path fresh = Files.createDirectories(folder.resolve("fresh"));
    TinyTuning.run(fresh, model, rows, parameters);
    assertThat(first.resolve("out/adapter_model.safetensors"))
        .hasSameBinaryContentAs(fresh.resolve("out/adapter_model.safetensors"));
  }

  @Test
  void aDamagedCheckpointIsLeftAside() throws Exception {
    Path damaged = Files.createDirectories(folder.resolve("damaged"));
    Files.createDirectories(damaged.resolve("scratch"));
    Files.write(damaged.resolve("scratch/checkpoint.safetensors"), new byte[] {1, 2, 3});
    TinyTuning.run(damaged, model, rows, TinyTuning.parameters(4));
    Path fresh = Files.createDirectories(folder.resolve("fresh"));
    TinyTuning.run(fresh, model, rows, TinyTuning.parameters(4));
    assertThat(damaged.resolve("out/adapter_model.safetensors"))
        .hasSameBinaryContentAs(fresh.resolve("out/adapter_model.safetensors"));
  }

  private void killAfter(int lines, Path work, ObjectNode parameters) throws Exception {
    Process child = start(work, parameters);
    Path metrics = work.resolve("scratch/metrics.jsonl");
    while (child.isAlive() && count(metrics) < lines) {
      Thread.sleep(2);
    }
    child.destroyForcibly();
    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private static int count(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  private Process start(Path work, ObjectNode parameters) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"));
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.add(TinyTuning.class.getName());
    command.addAll(List.of(work.toString(), model.toAbsolutePath().toString()));
    command.addAll(List.of(rows.toString(), parameters.toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("child.log").toFile())
        .start();
  }

  private static List<String> losses(Path work) throws IOException {
    List<String> losses = new ArrayList<>();
    for (String line : Files.readAllLines(work.resolve("out/metrics.jsonl"))) {
      JsonNode node = new ObjectMapper().readTree(line);
      losses.add(node.path("step") + " " + node.path("loss") + " " + node.path("grad_norm"));
    }
    return losses;
  }
}
