package io.ingot.merge;

import io.ingot.error.IngotException;
import io.ingot.merge.method.Copy;
import io.ingot.merge.method.Operand;
import io.ingot.merge.method.TensorMerge;
import io.ingot.merge.method.TensorOutput;
import io.ingot.progress.Progress;
import io.ingot.safetensors.ShardedWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.DrawStream;
import io.ingot.tensor.MersenneTwister;
import io.ingot.tensor.Parallel;
import io.ingot.tensor.Spill;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the tensors of a plan through their methods into a writer: several at a time, large ones
 * split into blocks, never more scratch memory than a budget. Random numbers are handed out in the
 * order of tensors, so nothing depends on the number of threads.
 */
final class WeightStream {
  /** Scratch memory of all tensors in flight, in megabytes; one that needs more goes alone. */
  private static final int BUDGET = 768;

  private final MergePlan plan;
  private final ShardedWriter writer;
  private final Set<String> complete;
  private final Progress progress;
  private final Consumer<String> warnings;
  private final SortedMap<Integer, String> notFinite = new ConcurrentSkipListMap<>();
  private final MemoryWatch watch;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** Polled between tensors; throws when the work is to be given up. */
  @FunctionalInterface
  interface Interruption {
    void check() throws InterruptedException;
  }

  /**
   * @param complete tensors that are written already
   * @param warnings told of tensors that are not finite, as they come, by any thread
   */
  WeightStream(
      MergePlan plan,
      ShardedWriter writer,
      Set<String> complete,
      Progress progress,
      Consumer<String> warnings,
      MemoryWatch watch) {
    this.watch = watch;
    this.plan = plan;
    this.writer = writer;
    this.complete = complete;
    this.progress = progress;
    this.warnings = warnings;
  }

  /** Merges all; returns what {@code warnings} was told, in the order of tensors. */
  List<String> run(Interruption interruption) throws InterruptedException {
    int threads = plan.options().threads();
    MersenneTwister random = new MersenneTwister(plan.options().seed());
    Semaphore memory = new Semaphore(BUDGET);
    progress.begin("merge", plan.bytes(complete), Progress.Unit.BYTES);
    try (Parallel parallel = threads > 0 ? new Parallel(threads) : Parallel.ofProcessors()) {
      Semaphore inFlight = new Semaphore(parallel.threads() + 1);
      for (int i = 0; i < plan.tensors().size(); i++) {
        int index = i;
        PlannedTensor tensor = plan.tensors().get(i);
        try {
          interruption.check();
        } catch (InterruptedException | RuntimeException e) {
          failure.compareAndSet(null, e);
        }
        DrawStream draws = reserve(tensor, random);
        if (failure.get() != null) {
          break;
        }
        if (complete.contains(tensor.output().name())) {
          continue;
        }
        int weight = megabytes(tensor);
        inFlight.acquire();
        memory.acquire(weight);
        parallel
            .pool()
            .execute(
                () -> {
                  try {
                    merge(index, parallel, draws);
                  } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                  } finally {
                    watch.look();
                    memory.release(weight);
                    inFlight.release();
                  }
                });
      }
      inFlight.acquire(parallel.threads() + 1);
    }
    rethrow();
    return List.copyOf(notFinite.values());
  }

  private static DrawStream reserve(PlannedTensor tensor, MersenneTwister random) {
    long draws = tensor.method().map(m -> m.draws(tensor.merge())).orElse(0L);
    return DrawStream.reserve(random, draws);
  }

  private static int megabytes(PlannedTensor tensor) {
    return (int) Math.clamp((long) (scratch(tensor) / 1e6) + 1, 1, BUDGET);
  }

  /** Bytes that a tensor holds while it is merged, beside the buffers of threads. */
  static double scratch(PlannedTensor tensor) {
    double ofMethod = tensor.method().map(m -> m.scratchBytes(tensor.merge())).orElse(0.0);
    long held = tensor.merge().operands().stream().mapToLong(o -> o.data().heldBytes()).sum();
    return ofMethod * tensor.output().elements() + held;
  }

  /** Bytes that all tensors in flight hold at the same time, at most. */
  static long peak(List<PlannedTensor> tensors, int threads) {
    List<Double> largest =
        tensors.stream().map(WeightStream::scratch).sorted(Comparator.reverseOrder()).toList();
    double together = largest.stream().limit(threads + 1L).mapToDouble(d -> d).sum();
    double alone = largest.isEmpty() ? 0 : largest.getFirst();
    return (long) Math.max(alone, Math.min(together, BUDGET * 1e6));
  }

  private void merge(int index, Parallel parallel, DrawStream draws) {
    if (failure.get() != null) {
      return;
    }
    PlannedTensor tensor = plan.tensors().get(index);
    Output output = new Output(tensor);
    TensorMerge merge = tensor.merge();
    merge.begin(new TensorMerge.Execution(output, parallel, draws, new Spill(writer.folder())));
    try {
      if (tensor.method().isPresent()) {
        tensor.method().get().merge(merge);
      } else {
        Operand only = merge.operands().getFirst();
        Copy.write(merge, only, null);
      }
      output.report(index, merge);
    } finally {
      merge.end();
    }
    writer.complete(tensor.output().name());
  }

  private void rethrow() throws InterruptedException {
    switch (failure.get()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case InterruptedException e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /** Where one tensor goes. */
  private final class Output implements TensorOutput {
    private final PlannedTensor tensor;
    private final AtomicLong broken = new AtomicLong(Long.MAX_VALUE);

    Output(PlannedTensor tensor) {
      this.tensor = tensor;
    }

    @Override
    public DType dtype() {
      return tensor.output().dtype();
    }

    @Override
    public void write(long position, MemorySegment bytes) {
      writer.write(tensor.output().name(), position * dtype().bytes(), bytes);
      progress.advance(bytes.byteSize());
    }

    @Override
    public void notFinite(long position) {
      broken.accumulateAndGet(position, Math::min);
    }

    void report(int index, TensorMerge merge) {
      long position = broken.get();
      if (position == Long.MAX_VALUE) {
        return;
      }
      float[] value = new float[1];
      List<String> guilty =
          merge.operands().stream()
              .filter(
                  o -> {
                    if (position >= o.elements()) {
                      return false;
                    }
                    o.read(position, value, 1);
                    return !Float.isFinite(value[0]);
                  })
              .map(o -> o.model().toString())
              .toList();
      String text =
          "tensor %s has NaN or infinity at element %d%s"
              .formatted(
                  merge.name(),
                  position,
                  guilty.isEmpty() ? "" : ", as in " + String.join(", ", guilty));
      if (plan.options().failOnNotFinite()) {
        throw IngotException.failed(text + "; it was asked to fail then");
      }
      notFinite.put(index, text);
      warnings.accept(text);
    }
  }
}
