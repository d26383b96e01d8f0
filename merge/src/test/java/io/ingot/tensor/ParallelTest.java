package io.ingot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void runsEveryBlockOnce(int threads) {
    AtomicIntegerArray seen = new AtomicIntegerArray(1_003);
    try (Parallel parallel = new Parallel(threads)) {
      parallel.blocks(
          1_003,
          10,
          (index, begin, count) -> {
            assertThat(begin).isEqualTo(index * 10L);
            for (int i = 0; i < count; i++) {
              seen.incrementAndGet((int) begin + i);
            }
          });
    }
    for (int i = 0; i < seen.length(); i++) {
      assertThat(seen.get(i)).isEqualTo(1);
    }
  }

  @Test
  void oneThreadBeginsBlocksInOrder() {
    AtomicInteger last = new AtomicInteger(-1);
    try (Parallel parallel = new Parallel(1)) {
      parallel.blocks(
          100, 1, (index, begin, count) -> assertThat(last.getAndSet(index)).isEqualTo(index - 1));
    }
  }

  @Test
  void sharesWorkAmongThreads() {
    CountDownLatch both = new CountDownLatch(2);
    try (Parallel parallel = new Parallel(2)) {
      parallel.blocks(
          2,
          1,
          (index, begin, count) -> {
            both.countDown();
            try {
              assertThat(both.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
    }
  }

  @Test
  void mayBeNested() {
    AtomicInteger runs = new AtomicInteger();
    try (Parallel parallel = new Parallel(2)) {
      parallel.blocks(
          8,
          1,
          (index, begin, count) ->
              parallel.blocks(8, 1, (inner, at, one) -> runs.incrementAndGet()));
    }
    assertThat(runs).hasValue(64);
  }

  @Test
  void stopsAtTheFirstFailure() {
    AtomicInteger runs = new AtomicInteger();
    try (Parallel parallel = new Parallel(2)) {
      assertThatThrownBy(
              () ->
                  parallel.blocks(
                      1_000_000,
                      1,
                      (index, begin, count) -> {
                        runs.incrementAndGet();
                        throw new IllegalArgumentException("block " + index);
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("block ");
    }
    assertThat(runs.get()).isLessThanOrEqualTo(2);
  }
}
