package io.ingot.merge.moe;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.merge.MemoryWatch;
import io.ingot.merge.method.StoredTensor;
import io.ingot.merge.moe.MoeTensor.Content;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.safetensors.ShardedWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.MersenneTwister;
import io.ingot.tensor.NormalDraws;
import io.ingot.tensor.Parallel;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.Scratch;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the tensors of a mixture one after the other, each by all threads in blocks. Noise is
 * drawn in the order of tensors, so nothing depends on the number of threads.
 */
record ExpertStream(
    ShardedWriter writer,
    Parallel parallel,
    MersenneTwister random,
    float[][][] routers,
    Progress progress,
    MemoryWatch watch,
    Consumer<String> warnings) {
  private static final int COPY_BYTES = 1 << 22;

  /**
   * Writes all of them.
   *
   * @param complete tensors that are written already
   */
  void run(List<MoeTensor> tensors, Set<String> complete, Cancellation cancellation)
      throws InterruptedException {
    for (MoeTensor tensor : tensors) {
      cancellation.check();
      boolean done = complete.contains(tensor.output().name());
      NormalDraws noise = noise(tensor);
      if (done) {
        progress.advance(tensor.output().byteSize());
        continue;
      }
      try {
        write(tensor, noise);
      } catch (InternalError e) {
        throw new IngotException(
            ErrorKind.FAILED,
            "an input of tensor %s became shorter while it was read (%s); run it again when nobody writes to it"
                .formatted(tensor.output().name(), tensor.model()),
            e);
      }
      watch.look();
      writer.complete(tensor.output().name());
    }
  }

  private @Nullable NormalDraws noise(MoeTensor tensor) {
    return tensor.content() instanceof Content.Changed changed && changed.noise().isPresent()
        ? NormalDraws.reserve(random, tensor.output().elements())
        : null;
  }

  private void write(MoeTensor tensor, @Nullable NormalDraws noise) {
    switch (tensor.content()) {
      case Content.Copy(StoredTensor data) -> {
        data.open();
        if (data.dtype() == tensor.output().dtype()) {
          copy(tensor, data.bytes().orElseThrow());
        } else {
          convert(tensor, data, (values, count) -> {});
        }
        data.close();
      }
      case Content.Changed changed -> {
        changed.data().open();
        change(tensor, changed, noise);
        changed.data().close();
      }
      case Content.Zeros() ->
          put(tensor, 0, new float[Math.toIntExact(tensor.output().elements())]);
      case Content.Router(int layer, int first) -> {
        int rows = Math.toIntExact(tensor.output().shape().getFirst());
        for (int r = 0; r < rows; r++) {
          float[] row = routers[layer][first + r];
          put(tensor, (long) r * row.length, row);
        }
      }
    }
  }

  private void copy(MoeTensor tensor, MemorySegment bytes) {
    parallel.blocks(
        bytes.byteSize(),
        COPY_BYTES,
        (index, begin, count) -> {
          writer.write(tensor.output().name(), begin, bytes.asSlice(begin, count));
          progress.advance(count);
        });
  }

  /** Changes values in place. */
  @FunctionalInterface
  private interface Change {
    void apply(float[] values, int count);
  }

  /** Makes the change of a block, called at its beginning by the thread that works on it. */
  @FunctionalInterface
  private interface BlockChange {
    Change at(long position);
  }

  private void convert(MoeTensor tensor, StoredTensor data, Change change) {
    convert(tensor, data, (BlockChange) position -> change);
  }

  private void convert(MoeTensor tensor, StoredTensor data, BlockChange change) {
    DType dtype = tensor.output().dtype();
    Rounding rounding = Rounding.of(dtype);
    AtomicLong broken = new AtomicLong(Long.MAX_VALUE);
    parallel.blocks(
        tensor.output().elements(),
        Scratch.BLOCK,
        (index, begin, count) -> {
          Scratch scratch = Scratch.local();
          MemorySegment bytes = scratch.bytes((long) Scratch.BLOCK * 8);
          float[] values = scratch.floats(0);
          Change now = change.at(begin);
          for (int at = 0; at < count; at += Scratch.CHUNK) {
            int run = Math.min(Scratch.CHUNK, count - at);
            data.read(begin + at, values, 0, run);
            now.apply(values, run);
            Kernels.round(rounding, values, run);
            int found = Kernels.firstNotFinite(values, run);
            if (found >= 0) {
              broken.accumulateAndGet(begin + at + found, Math::min);
            }
            Elements.write(dtype, values, run, bytes, at);
          }
          writer.write(
              tensor.output().name(),
              begin * dtype.bytes(),
              bytes.asSlice(0, (long) count * dtype.bytes()));
          progress.advance((long) count * dtype.bytes());
        });
    if (broken.get() < Long.MAX_VALUE) {
      warnings.accept(
          "tensor %s has NaN or infinity at element %d, of %s"
              .formatted(tensor.output().name(), broken.get(), tensor.model()));
    }
  }

  private void change(MoeTensor tensor, Content.Changed changed, @Nullable NormalDraws noise) {
    Rounding rounding = Rounding.of(changed.data().dtype());
    float deviation = (float) changed.noise().orElse(0);
    float scale = (float) changed.scale().orElse(1);
    convert(
        tensor,
        changed.data(),
        (BlockChange)
            position -> {
              NormalDraws.Reader reader = noise == null ? null : noise.at(position);
              float[] drawn = Scratch.local().floats(1);
              return (values, count) -> {
                if (reader != null) {
                  reader.read(drawn, count);
                  for (int i = 0; i < count; i++) {
                    values[i] += drawn[i] * deviation;
                  }
                  Kernels.round(rounding, values, count);
                }
                if (changed.scale().isPresent()) {
                  Kernels.scale(values, values, scale, count);
                  Kernels.round(rounding, values, count);
                }
              };
            });
  }

  private void put(MoeTensor tensor, long position, float[] values) {
    DType dtype = tensor.output().dtype();
    MemorySegment bytes =
        Scratch.local()
            .bytes((long) values.length * 8)
            .asSlice(0, (long) values.length * dtype.bytes());
    Elements.write(dtype, values, values.length, bytes, 0);
    writer.write(tensor.output().name(), position * dtype.bytes(), bytes);
    progress.advance(bytes.byteSize());
  }
}
