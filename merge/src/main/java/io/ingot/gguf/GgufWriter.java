package io.ingot.gguf;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes GGUF files (version 3): rows are encoded on several threads and written where they belong,
 * so memory stays at a few blocks of rows per thread. The result does not depend on the number of
 * threads. A file appears under its name only when it is complete and on disk.
 *
 * @param threads how many threads encode
 * @param progress counts bytes of tensor data
 */
public record GgufWriter(
    int threads, boolean bigEndian, Progress progress, Cancellation cancellation) {
  /** Values that are encoded in one go. */
  private static final int CHUNK_VALUES = 1 << 18;

  /** A writer that uses all processors. */
  public static GgufWriter parallel(Progress progress) {
    return new GgufWriter(
        Runtime.getRuntime().availableProcessors(), false, progress, Cancellation.NONE);
  }

  /**
   * Writes a file; one of that name is replaced.
   *
   * @throws IngotException when the disk refuses, or the data cannot be encoded
   */
  public void write(Path file, GgufOutput output) throws InterruptedException {
    writeAll(Map.of(file, output));
  }

  /** Writes several files; all of them appear once all are complete. */
  public void writeAll(Map<Path, GgufOutput> outputs) throws InterruptedException {
    writeAll(outputs, true);
  }

  /** Writes the header alone, without padding: a vocabulary file. */
  public void writeVocabulary(Path file, GgufOutput output) throws InterruptedException {
    writeAll(Map.of(file, output), false);
  }

  private void writeAll(Map<Path, GgufOutput> outputs, boolean padded) throws InterruptedException {
    progress.begin(
        "writing",
        outputs.values().stream().mapToLong(GgufOutput::tensorBytes).sum(),
        Progress.Unit.BYTES);
    try {
      for (Map.Entry<Path, GgufOutput> entry : outputs.entrySet()) {
        writeAside(entry.getKey(), entry.getValue(), padded);
      }
      for (Path file : outputs.keySet()) {
        Files.move(
            aside(file), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new IngotException(
          ErrorKind.FAILED,
          "cannot write " + outputs.keySet() + ": " + reason(e) + "; nothing was kept",
          e);
    } finally {
      outputs.keySet().forEach(file -> aside(file).toFile().delete());
    }
  }

  private static Path aside(Path file) {
    return file.resolveSibling(file.getFileName() + ".partial");
  }

  private void writeAside(Path file, GgufOutput output, boolean padded)
      throws IOException, InterruptedException {
    ByteOrder order = bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    GgufHeader header = new GgufHeader(output, padded, order);
    byte[] front = header.bytes();
    try (FileChannel channel =
        FileChannel.open(
            aside(file),
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE))) {
      writeFully(channel, ByteBuffer.wrap(front), 0);
      encode(channel, front.length, header, output.tensors());
      padTo(channel, front.length + header.dataBytes());
      channel.force(true);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such folder";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void encode(
      FileChannel channel, long dataStart, GgufHeader header, List<OutputTensor> tensors)
      throws IOException, InterruptedException {
    RowChunks chunks = new RowChunks(header.placed(), CHUNK_VALUES);
    AtomicLong next = new AtomicLong();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Runnable work =
        () -> {
          byte[] buffer = new byte[0];
          try {
            long index = next.getAndIncrement();
            while (index < chunks.count() && failure.get() == null) {
              RowChunks.Chunk chunk = chunks.get(index);
              GgufTensor tensor = header.placed().get(chunk.tensor());
              long rowBytes = tensor.type().rowBytes(tensor.columns());
              int length = Math.toIntExact(rowBytes * chunk.rows());
              if (buffer.length < length) {
                buffer = new byte[length];
              }
              tensors.get(chunk.tensor()).data().encode(chunk.first(), chunk.rows(), buffer);
              if (bigEndian && (tensor.type() == GgmlType.F32 || tensor.type() == GgmlType.F16)) {
                ByteOrders.swap(buffer, 0, length, tensor.type().blockBytes());
              }
              long at = dataStart + tensor.offset() + chunk.first() * rowBytes;
              writeFully(channel, ByteBuffer.wrap(buffer, 0, length), at);
              progress.advance(length);
              index = next.getAndIncrement();
            }
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
          }
        };
    int workers = Math.clamp(chunks.count(), 1, Math.max(1, threads));
    Thread[] started = new Thread[workers];
    for (int i = 0; i < workers; i++) {
      started[i] = Thread.ofPlatform().name("gguf-" + i).daemon().start(work);
    }
    try {
      for (Thread thread : started) {
        while (!thread.join(java.time.Duration.ofMillis(200))) {
          cancellation.check();
        }
      }
    } finally {
      // When this thread was told to stop, so must the workers be before the channel is closed.
      failure.compareAndSet(null, new InterruptedException());
      for (Thread thread : started) {
        joinUninterruptibly(thread);
      }
    }
    rethrow(failure.get(), next.get() >= chunks.count());
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rethrow(@Nullable Throwable failure, boolean finished) throws IOException {
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case InterruptedException e -> {
        if (!finished) {
          throw new IllegalStateException("workers stopped early", e);
        }
      }
      default -> throw new IllegalStateException(failure);
    }
  }

  private static void padTo(FileChannel channel, long size) throws IOException {
    long missing = size - channel.size();
    if (missing > 0) {
      writeFully(channel, ByteBuffer.allocate(Math.toIntExact(missing)), channel.size());
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes, long at)
      throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }
}
