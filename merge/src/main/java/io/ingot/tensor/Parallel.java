package io.ingot.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Splits a range into blocks of a fixed size and works on them with all threads of a pool. The
 * blocks do not depend on the number of threads, so neither does any result that is combined in
 * block order. They are begun in order, so that files are read and written from front to back. May
 * be nested.
 */
public final class Parallel implements AutoCloseable {
  private final ForkJoinPool pool;

  /** Work on one block. */
  @FunctionalInterface
  public interface Block {
    /**
     * @param index number of the block
     * @param begin first position
     * @param count number of positions, the block size but for the last block
     */
    void run(int index, long begin, int count);
  }

  public Parallel(int threads) {
    this.pool = new ForkJoinPool(Math.max(1, threads));
  }

  /** One thread for each processor. */
  public static Parallel ofProcessors() {
    return new Parallel(Runtime.getRuntime().availableProcessors());
  }

  public int threads() {
    return pool.getParallelism();
  }

  /** Number of blocks that {@link #blocks} makes of a range. */
  public static int count(long total, int size) {
    return Math.toIntExact((total + size - 1) / size);
  }

  /**
   * Runs {@code block} for every block of {@code [0, total)} and waits for all. When one throws, no
   * more are begun, and its exception is thrown.
   */
  public void blocks(long total, int size, Block block) {
    int count = count(total, size);
    if (count == 0) {
      return;
    }
    if (count == 1) {
      block.run(0, 0, (int) total);
      return;
    }
    Range range = new Range(total, size, count, block);
    if (ForkJoinTask.getPool() == pool) {
      share(range);
    } else {
      pool.invoke(ForkJoinTask.adapt(() -> share(range)));
    }
    range.rethrow();
  }

  /** Works in this thread, and in others as they come free. */
  private void share(Range range) {
    List<ForkJoinTask<?>> helpers = new ArrayList<>();
    for (int i = 1; i < Math.min(threads(), range.count); i++) {
      helpers.add(ForkJoinTask.adapt(range::work).fork());
    }
    range.work();
    helpers.reversed().forEach(ForkJoinTask::join);
  }

  /** The pool, for work that is not a range. */
  public ForkJoinPool pool() {
    return pool;
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }

  /** A range, and how far its blocks are begun. */
  private static final class Range {
    private final long total;
    private final int size;
    private final int count;
    private final Block block;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Range(long total, int size, int count, Block block) {
      this.total = total;
      this.size = size;
      this.count = count;
      this.block = block;
    }

    void work() {
      try {
        for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
          long begin = (long) i * size;
          block.run(i, begin, (int) Math.min(size, total - begin));
        }
      } catch (Throwable e) {
        failure.compareAndSet(null, e);
        next.set(count);
      }
    }

    void rethrow() {
      switch (failure.get()) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException(e);
      }
    }
  }
}
