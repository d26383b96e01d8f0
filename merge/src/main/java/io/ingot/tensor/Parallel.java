package io.ingot.tensor;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveAction;

/**
 * Splits a range into blocks of a fixed size and works on them with all threads of a pool. The
 * blocks do not depend on the number of threads, so neither does any result that is combined in
 * block order. May be nested.
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

  private final class Split extends RecursiveAction {
    private static final long serialVersionUID = 1;
    private final int first;
    private final int last;
    private final long total;
    private final int size;
    private final transient Block block;

    Split(int first, int last, long total, int size, Block block) {
      this.first = first;
      this.last = last;
      this.total = total;
      this.size = size;
      this.block = block;
    }

    @Override
    protected void compute() {
      if (last - first == 1) {
        long begin = (long) first * size;
        block.run(first, begin, (int) Math.min(size, total - begin));
        return;
      }
      int middle = (first + last) >>> 1;
      invokeAll(
          new Split(first, middle, total, size, block),
          new Split(middle, last, total, size, block));
    }
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

  /** Runs {@code block} for every block of {@code [0, total)} and waits for all. */
  public void blocks(long total, int size, Block block) {
    int count = count(total, size);
    if (count == 0) {
      return;
    }
    if (count == 1) {
      block.run(0, 0, (int) total);
      return;
    }
    Split all = new Split(0, count, total, size, block);
    if (RecursiveAction.getPool() == pool) {
      all.invoke();
    } else {
      pool.invoke(all);
    }
  }

  /** The pool, for work that is not a range. */
  public ForkJoinPool pool() {
    return pool;
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
