package io.ingot.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.run.AttemptRecord;
import io.ingot.run.Outcome;
import io.ingot.run.RunRecord;
import io.ingot.run.RunState;
import io.ingot.run.RunTables;
import io.ingot.run.StepRecord;
import io.ingot.run.StepState;
import io.ingot.store.ArtifactStore;
import io.ingot.store.IngotHome;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 again and again, the same command again, until it is through. */
@Timeout(300)
class KillTest {
  private static final int ROUNDS = 60;
  private static final int DISTINCT_KILLS = 12;
  private static final int MOST_JOBS = 5;

  /** Lines after which later lives are killed; the longest lets any step finish. */
  private static final int[] LATER = {5, 6, 5, 8};

  @TempDir Path folder;

  /** Lines that one life of the process printed. */
  private record Life(List<String> lines) {}

  /** Where the current job lives. */
  private Path home = Path.of("");

  @Test
  void losesNothingAndDoesNothingTwice() throws Exception {
    Map<String, Long> kills = new HashMap<>();
    // A fast machine is through after fewer kills; then another job is killed at other points.
    for (int job = 0; kills.size() < DISTINCT_KILLS; job++) {
      assertThat(job).as("jobs killed at only %s", kills).isLessThan(MOST_JOBS);
      home = Files.createDirectory(folder.resolve("job" + job));
      killUntilThrough(kills, job);
      assertNothingLostAndNothingTwice();
    }
  }

  /** Kills later and later in a life, so that every phase is hit and every life gets further. */
  private void killUntilThrough(Map<String, Long> kills, int job) throws Exception {
    Life life;
    int lives = 0;
    do {
      int after = lives < 6 ? lives + 1 : LATER[(lives + job) % LATER.length];
      life = live(after);
      if (!through(life)) {
        kills.merge(life.lines.getLast(), 1L, Long::sum);
      }
      lives++;
    } while (!through(life) && lives < ROUNDS);
    assertThat(through(life)).as(life.lines.toString()).isTrue();
  }

  private void assertNothingLostAndNothingTwice() throws Exception {
    assertThat(home.resolve("remote")).as("published once").hasContent(subject() + "\n");
    try (RunTables tables = RunTables.inFolder(home.resolve("db"))) {
      List<RunRecord> runs = tables.runs().list(100);
      // Killed after the last commit but before it could say so, the same command begins a new run.
      assertThat(runs).extracting(RunRecord::state).containsOnly(RunState.DONE);
      assertFinishedOnce(
          runs.stream().flatMap(r -> tables.runs().attempts(r.id()).stream()).toList());
      String run = runs.getLast().id();
      ArtifactStore artifacts = new ArtifactStore(new IngotHome(home).artifacts());
      for (StepRecord step : tables.runs().steps(run)) {
        Path artifact = artifacts.path(String.valueOf(step.outputDigest()));
        assertThat(ArtifactStore.verify(artifact).problems()).as(step.name()).isEmpty();
      }
      assertThat(home.resolve("artifacts/" + subject() + "/text"))
          .hasContent("pull\nleft\npull\nright\nmerge\nquantize\n");
    }
    assertThat(live(Integer.MAX_VALUE).lines)
        .as("once more: everything is cached but the publication, which is found")
        .contains(
            "pull CACHED", "left CACHED", "merge CACHED", "quantize CACHED", "publish CACHED");
    assertThat(home.resolve("remote")).hasContent(subject() + "\n");
  }

  private static boolean through(Life life) {
    return life.lines.contains("ended DONE");
  }

  /** What was finished once is only looked up afterwards. */
  private static void assertFinishedOnce(List<AttemptRecord> attempts) {
    Map<String, List<AttemptRecord>> done =
        attempts.stream()
            .filter(attempt -> attempt.outcome() == Outcome.DONE)
            .collect(Collectors.groupingBy(AttemptRecord::step));
    assertThat(done).containsKeys("pull", "left", "right", "merge", "quantize");
    assertThat(done).allSatisfy((step, times) -> assertThat(times).as(step).hasSize(1));
  }

  private String subject() throws IOException {
    try (RunTables tables = RunTables.inFolder(home.resolve("db"))) {
      String run = tables.runs().list(1).getFirst().id();
      return tables.runs().steps(run).stream()
          .filter(step -> step.name().equals("quantize"))
          .peek(step -> assertThat(step.state()).isIn(StepState.DONE, StepState.CACHED))
          .map(step -> String.valueOf(step.outputDigest()))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Starts the process and kills it after so many lines; a child it may have dies before it. */
  private Life live(int after) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            java,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dingot.root=" + System.getProperty("ingot.root"),
            KillTarget.class.getName(),
            home.toString());
    builder.environment().put("CLASSPATH", classPath());
    builder.redirectError(home.resolve("stderr").toFile());
    Process process = builder.start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader = process.inputReader()) {
      for (String line; (line = reader.readLine()) != null; ) {
        lines.add(line);
        if (lines.size() == after - 1 && after % 2 == 0) {
          process.children().forEach(ProcessHandle::destroyForcibly);
        }
        if (lines.size() == after) {
          process.toHandle().destroyForcibly();
        }
      }
    }
    process.waitFor();
    return new Life(lines);
  }

  private static String classPath() {
    return System.getProperty("java.class.path")
        + File.pathSeparator
        + Path.of(System.getProperty("ingot.root"), "pipeline/target/test-classes/fake-steps");
  }
}
