package io.ingot.step.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.progress.Progress;
import io.ingot.run.FailureCode;
import io.ingot.step.StepOutcome;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ChildExecutorTest {
  @TempDir Path folder;

  private final ObjectNode parameters = JsonNodeFactory.instance.objectNode();
  private final AtomicLong advanced = new AtomicLong();
  private final Interruption interruption = new Interruption();

  private StepOutcome run(String... jvmOptions) throws Exception {
    WorkOrder order =
        new WorkOrder(
            "tune",
            "fake-isolated",
            parameters,
            new LinkedHashMap<>(),
            Files.createDirectories(folder.resolve("output")),
            Files.createDirectories(folder.resolve("scratch")),
            folder.resolve("memory"));
    Map<String, String> environment =
        Map.of("PATH", System.getenv("PATH"), "HF_TOKEN", "hf_abcdefghijklmnop");
    Progress progress =
        new Progress() {
          @Override
          public void begin(String label, long total, Unit unit) {}

          @Override
          public void advance(long amount) {
            advanced.addAndGet(amount);
          }

          @Override
          public void detail(String text) {}

          @Override
          public void note(String line) {}
        };
    try (AttemptLog log = new AttemptLog(log(), new SecretMask(environment))) {
      return new ChildExecutor(environment, List.of(jvmOptions), classPath())
          .execute(order, progress, interruption, log);
    }
  }

  private Path log() {
    return folder.resolve("logs/1.log");
  }

  static String classPath() {
    return System.getProperty("java.class.path")
        + File.pathSeparator
        + Path.of(System.getProperty("ingot.root"), "pipeline/target/test-classes/fake-steps");
  }

  private void fails(FailureCode code, String message, String... jvmOptions) {
    assertThatThrownBy(() -> run(jvmOptions))
        .isInstanceOfSatisfying(
            StepFailure.class, failure -> assertThat(failure.code()).isEqualTo(code))
        .hasMessageContaining(message);
  }

  @Test
  void doesTheWorkAndPassesTheProgressOn() throws Exception {
    parameters.put("ticks", 5).put("text", "hello").put("say", "environment");
    assertThat(run()).isEqualTo(StepOutcome.done("resumed at tick 0"));
    assertThat(advanced).hasValue(5);
    assertThat(folder.resolve("output/text")).hasContent("hello\n");
    assertThat(Files.readString(log()))
        .contains("HF_TOKEN is null")
        .doesNotContain("hf_abcdefghijklmnop");
  }

  @Test
  void tellsBadDataFromABadNetworkAndFromAFullDisk() {
    parameters.put("fail", "invalid");
    fails(FailureCode.WORK, "bad data in line 7");
    parameters.put("fail", "io");
    fails(FailureCode.INFRASTRUCTURE, "connection reset");
    parameters.put("fail", "disk-full");
    fails(FailureCode.WORK, "the disk is full");
  }

  @Test
  void tellsAnExhaustedMemory() {
    parameters.put("fail", "memory");
    fails(FailureCode.OUT_OF_MEMORY, "memory of the step's JVM ran out", "-Xmx64m");
  }

  @Test
  void tellsASilentEndAndShowsTheLastLines() throws IOException {
    parameters.put("fail", "exit");
    fails(FailureCode.KILLED, "exit code 42");
    assertThat(Files.readString(log())).contains("native code says goodbye");
  }

  @Test
  void tellsAKilledProcess() {
    parameters.put("fail", "killed");
    fails(FailureCode.KILLED, "signal 9");
  }

  @Test
  void stopsTheChildWhenTheStepHasToStop() throws Exception {
    parameters.put("ticks", 100_000).put("tick_ms", 5);
    Thread stopper =
        new Thread(
            () -> {
              while (advanced.get() == 0) {
                Thread.onSpinWait();
              }
              interruption.raise(Interruption.Reason.STOPPING);
            });
    stopper.start();
    assertThatThrownBy(this::run).isInstanceOf(InterruptedException.class);
    stopper.join();
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
        .noneMatch(child -> child.info().commandLine().orElse("").contains(folder.toString()));
    assertThat(Thread.interrupted()).isFalse();
    // What it had done is where the next attempt looks for it.
    assertThat(folder.resolve("scratch/ticks")).exists();
  }
}
