package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.run.AttemptRecord;
import io.ingot.run.Outcome;
import io.ingot.run.RunTables;
import io.ingot.run.StepRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real program is stopped and killed while the real trainer trains in its child. */
@Timeout(300)
class StoppedRunTest {
  private static final String JOB =
      """
      apiVersion: ingot/v1
      name: stopped
      hub: {embedded: %s/jobs/quickstart/hub}
      models:
        base: {hub: ingot/tiny-base, revision: main}
      datasets:
        rows: {path: rows.jsonl, format: tokens}
      steps:
        tune:
          finetune:
            model: base
            dataset: rows
            lora: {rank: 4, alpha: 8, targets: all-linear}
            train: {max_steps: 40, batch_size: 8, max_length: 64, seed: 1, checkpoint_every: 4}
            optimizer: {learning_rate: 1e-3}
      """;

  @TempDir Path folder;

  /** What one life of the process said, and its exit code. */
  private record Life(String stdout, int exit) {}

  @Test
  void goesOnAfterASignalAndAfterKills() throws Exception {
    Files.writeString(folder.resolve("job.yaml"), JOB.formatted(System.getProperty("ingot.root")));
    Files.writeString(folder.resolve("rows.jsonl"), rows());

    // Ctrl-C and SIGTERM: given back in good order.
    Life terminated = live("once", process -> process.toHandle().destroy());
    assertThat(terminated.exit).as(errors()).isEqualTo(130);
    assertThat(terminated.stdout).contains("\"state\":\"cancelled\"");
    assertThat(outcomes("once")).containsExactly(Outcome.DONE, Outcome.RELEASED);

    // The engine is killed; then the training child alone, which is tried again.
    live("once", process -> process.toHandle().destroyForcibly());
    Life finished =
        live("once", process -> process.children().forEach(ProcessHandle::destroyForcibly));
    assertThat(finished.exit).as(errors()).isZero();
    assertThat(outcomes("once"))
        .containsExactly(
            Outcome.DONE, Outcome.RELEASED, Outcome.LOST, Outcome.FAILED, Outcome.DONE);

    Life undisturbed = live("other", process -> {});
    assertThat(undisturbed.exit).as(errors()).isZero();
    assertThat(output("once")).as("bit for bit").isEqualTo(output("other"));
  }

  /** Forty rows of sixteen tokens each, all labels trained. */
  private static String rows() {
    return IntStream.range(0, 40)
        .mapToObj(
            row -> {
              String ids =
                  IntStream.range(0, 16)
                      .mapToObj(i -> Integer.toString(5 + (row * 7 + i * 3) % 200))
                      .collect(Collectors.joining(","));
              return "{\"input_ids\":[" + ids + "],\"labels\":[" + ids + "]}\n";
            })
        .collect(Collectors.joining());
  }

  private List<Outcome> outcomes(String home) {
    try (RunTables tables = RunTables.inFolder(folder.resolve(home).resolve("db"))) {
      String run = tables.runs().list(1).getFirst().id();
      return tables.runs().attempts(run).stream().map(AttemptRecord::outcome).toList();
    }
  }

  private String output(String home) {
    try (RunTables tables = RunTables.inFolder(folder.resolve(home).resolve("db"))) {
      List<StepRecord> steps = tables.runs().steps(tables.runs().list(1).getFirst().id());
      return String.valueOf(steps.getLast().outputDigest());
    }
  }

  private String errors() throws IOException {
    return Files.readString(folder.resolve("stderr"));
  }

  /** Starts {@code ingot run} and does something to it when its child trains. */
  private Life live(String home, Consumer<Process> act) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "-XX:TieredStopAtLevel=1",
            "-Dingot.root=" + System.getProperty("ingot.root"),
            Ingot.class.getName(),
            "run",
            folder.resolve("job.yaml").toString(),
            "--json",
            "--home",
            folder.resolve(home).toString());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("HF_HOME", folder.resolve("hf").toString());
    builder.redirectError(folder.resolve("stderr").toFile());
    Process process = builder.start();
    Thread actor = Thread.ofVirtual().start(() -> actWhenItTrains(process, home, act));
    StringBuilder stdout = new StringBuilder();
    try (BufferedReader reader = process.inputReader()) {
      reader.lines().forEach(line -> stdout.append(line).append('\n'));
    }
    int exit = process.waitFor();
    actor.join();
    return new Life(stdout.toString(), exit);
  }

  /** It trains when its newest attempt has left a checkpoint or lines of metrics. */
  private void actWhenItTrains(Process process, String home, Consumer<Process> act) {
    try {
      while (process.isAlive()) {
        if (process.children().findAny().isPresent() && trains(home)) {
          act.accept(process);
          return;
        }
        Thread.sleep(20);
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean trains(String home) throws IOException {
    Path scratch = folder.resolve(home).resolve("scratch");
    if (!Files.isDirectory(scratch)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(scratch)) {
      return files.anyMatch(file -> file.getNameCount() > scratch.getNameCount() + 1);
    } catch (UncheckedIOException e) {
      return false; // a checkpoint was just replaced by the next one
    }
  }
}
