package io.ingot.transplant;

import io.ingot.error.IngotException;
import io.ingot.linear.Block;
import io.ingot.linear.MatrixSource;
import io.ingot.linear.Products;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.tensor.Parallel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Inner products of all rows with each other, float32, in a file that is mapped: it may exceed
 * memory, since a row is all that anybody needs at a time. Safe for concurrent reads.
 */
final class GramMatrix implements AutoCloseable {
  /** Rows made in one product. */
  private static final int STRIP = 256;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final int order;
  private final Path file;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment values;

  /**
   * Computes it.
   *
   * @param file is deleted at the end
   * @param cancellation polled between strips of rows
   * @throws IngotException FAILED when there is no space for it
   */
  GramMatrix(
      MatrixSource rows, Path file, Parallel parallel, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    this.order = rows.rows();
    this.file = file;
    long bytes = Math.max(4, 4L * order * order);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      long free = Files.getFileStore(file).getUsableSpace();
      if (free < bytes) {
        throw IngotException.failed(
            "the inner products of %d shared tokens need %.1f GB of scratch space beside the output, and %.1f GB are free; free space, or take fewer with --max-candidates"
                .formatted(order, bytes / 1e9, free / 1e9));
      }
      this.values = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
    } catch (IOException e) {
      arena.close();
      throw IngotException.failed("cannot write " + file + ": " + e.getMessage());
    } catch (RuntimeException e) {
      arena.close();
      deleteFile();
      throw e;
    }
    try {
      fill(rows, parallel, progress, cancellation);
    } catch (RuntimeException | Error | InterruptedException e) {
      close();
      throw e;
    }
  }

  private void fill(
      MatrixSource rows, Parallel parallel, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    Products products = new Products(parallel);
    progress.begin("inner products", order, Progress.Unit.ROWS);
    for (int from = 0; from < order; from += STRIP) {
      cancellation.check();
      int first = from;
      int strip = Math.min(STRIP, order - from);
      Block part = products.times(rows, Block.transposed(rows, from, strip));
      parallel.blocks(
          strip,
          16,
          (index, begin, count) -> {
            for (int i = 0; i < order; i++) {
              for (int k = (int) begin; k < begin + count; k++) {
                values.set(
                    FLOAT,
                    4 * ((long) (first + k) * order + i),
                    part.data()[i * part.columns() + k]);
              }
            }
          });
      progress.advance(strip);
    }
  }

  float at(int row, int column) {
    return values.get(FLOAT, 4 * ((long) row * order + column));
  }

  /** Puts elements of a row into {@code out[0..count)}. */
  void read(int row, int column, float[] out, int count) {
    MemorySegment.copy(values, FLOAT, 4 * ((long) row * order + column), out, 0, count);
  }

  private void deleteFile() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The folder it lies in is deleted or replaced anyway.
    }
  }

  @Override
  public void close() {
    arena.close();
    deleteFile();
  }
}
