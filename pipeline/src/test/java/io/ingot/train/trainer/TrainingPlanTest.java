package io.ingot.train.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainingPlanTest {
  @Test
  void everyEpochSeesEveryRowOnceInAnotherOrder() {
    TrainingPlan plan = TrainingPlan.ofEpochs(10, 3, 1, 2, true, 42);
    int[] first = rows(plan, 0, 4);
    int[] second = rows(plan, 4, 8);
    assertThat(plan.steps()).isEqualTo(8);
    assertThat(first).isNotEqualTo(second).isNotEqualTo(IntStream.range(0, 10).toArray());
    assertThat(sorted(first)).isEqualTo(IntStream.range(0, 10).toArray());
    assertThat(sorted(second)).isEqualTo(IntStream.range(0, 10).toArray());
  }

  @Test
  void withoutShuffleTheOrderIsThatOfTheFile() {
    TrainingPlan plan = TrainingPlan.ofEpochs(5, 2, 1, 1, false, 42);
    assertThat(rows(plan, 0, plan.steps())).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void accumulationIsFlushedAtTheEndOfAnEpoch() {
    TrainingPlan plan = TrainingPlan.ofEpochs(10, 2, 2, 1, false, 1);
    assertThat(plan.steps()).isEqualTo(3);
    assertThat(plan.microBatches(0)).hasSize(2);
    List<int[]> last = plan.microBatches(2);
    assertThat(last).hasSize(1);
    assertThat(last.getFirst()).containsExactly(8, 9);
  }

  @Test
  void fractionalEpochsRoundUp() {
    assertThat(TrainingPlan.ofEpochs(2000, 16, 1, 0.5, true, 1).steps()).isEqualTo(63);
    assertThat(TrainingPlan.ofEpochs(10, 2, 2, 1.5, true, 1).steps()).isEqualTo(5);
    assertThat(TrainingPlan.ofEpochs(10, 100, 1, 0.1, true, 1).steps()).isEqualTo(1);
  }

  private static int[] rows(TrainingPlan plan, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(plan::microBatches)
        .flatMap(List::stream)
        .flatMapToInt(Arrays::stream)
        .toArray();
  }

  private static int[] sorted(int[] values) {
    return Arrays.stream(values).sorted().toArray();
  }
}
