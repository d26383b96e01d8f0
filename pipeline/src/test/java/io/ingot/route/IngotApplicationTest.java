package io.ingot.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.run.Plans;
import io.ingot.run.RunPlan;
import io.ingot.run.RunRecord;
import io.ingot.run.RunState;
import io.ingot.run.StepRecord;
import io.ingot.run.StepState;
import io.ingot.step.exec.FakeStep;
import io.ingot.step.exec.RunListener;
import io.ingot.step.exec.StepRegistry;
import io.ingot.store.ArtifactStore;
import io.ingot.store.IngotHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngotApplicationTest {
  @TempDir Path folder;

  private static final RunPlan DIAMOND =
      Plans.job("diamond").step("a").step("b", "a").step("c", "a").step("d", "b", "c").plan();

  @Test
  void runsADiamondAndServesTheNextOneFromTheCache() throws Exception {
    IngotHome home = new IngotHome(folder);
    List<StepRecord> first = run(home, DIAMOND, RunState.DONE);
    assertThat(states(first).values()).containsOnly(StepState.DONE);
    Path output =
        new ArtifactStore(home.artifacts()).path(String.valueOf(first.get(3).outputDigest()));
    assertThat(output.resolve("text")).hasContent("a\nb\na\nc\nd\n");

    List<StepRecord> second = run(home, DIAMOND, RunState.DONE);
    assertThat(states(second).values()).containsOnly(StepState.CACHED);
    assertThat(second).allSatisfy(step -> assertThat(step.reason()).startsWith("same inputs"));
    assertThat(second.stream().map(StepRecord::outputDigest))
        .isEqualTo(first.stream().map(StepRecord::outputDigest).toList());
  }

  @Test
  void doesAgainOnlyWhatWasDamaged() throws Exception {
    IngotHome home = new IngotHome(folder);
    List<StepRecord> first = run(home, DIAMOND, RunState.DONE);
    Path b = new ArtifactStore(home.artifacts()).path(String.valueOf(first.get(1).outputDigest()));
    Files.delete(b.resolve("text"));

    Map<String, StepState> second = states(run(home, DIAMOND, RunState.DONE));
    assertThat(second)
        .isEqualTo(
            Map.of(
                "a", StepState.CACHED,
                "b", StepState.DONE,
                "c", StepState.CACHED,
                "d", StepState.CACHED));
    assertThat(b.resolve("text")).hasContent("a\nb\n");
  }

  @Test
  void refusesASecondEngineAndNamesTheFirst() {
    IngotHome home = new IngotHome(folder);
    try (IngotApplication _ = IngotApplication.open(home, "run first.yaml", Map.of())) {
      assertThatThrownBy(() -> IngotApplication.open(home, "run second.yaml", Map.of()))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT))
          .hasMessageContaining("process " + ProcessHandle.current().pid())
          .hasMessageContaining("run first.yaml");
    }
    IngotApplication.open(home, "run third.yaml", Map.of()).close();
  }

  private static List<StepRecord> run(IngotHome home, RunPlan plan, RunState expected)
      throws InterruptedException {
    try (IngotApplication application = IngotApplication.open(home, "a test", Map.of())) {
      String run = application.tables().runs().submit(plan, null, "test");
      application.start(
          run,
          new StepRegistry(List.of(new FakeStep())),
          () -> {
            throw new IllegalStateException("no hub");
          },
          RunListener.NONE,
          new TreeMap<>());
      RunRecord end = application.await(run);
      List<StepRecord> steps = application.tables().runs().steps(run);
      assertThat(end.state()).as(steps.toString()).isEqualTo(expected);
      return steps;
    }
  }

  private static Map<String, StepState> states(List<StepRecord> steps) {
    return steps.stream().collect(Collectors.toMap(StepRecord::name, StepRecord::state));
  }
}
