package io.ingot.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * A slice of a file as the body of a request: of known length, streamed, counted, made anew for
 * every try without counting bytes twice.
 */
final class UploadBody implements Supplier<BodyPublisher> {
  private final Path file;
  private final long offset;
  private final long length;
  private final LongConsumer progress;
  private long counted;
  private volatile long touched = System.nanoTime();
  private volatile boolean complete;

  UploadBody(Path file, long offset, long length, LongConsumer progress) {
    this.file = file;
    this.offset = offset;
    this.length = length;
    this.progress = progress;
  }

  /** How long ago the last byte was taken. */
  Duration idle() {
    return Duration.ofNanos(System.nanoTime() - touched);
  }

  /** Whether everything was taken: what is left is the server's answer. */
  boolean isComplete() {
    return complete;
  }

  @Override
  public BodyPublisher get() {
    complete = length == 0;
    touched = System.nanoTime();
    return length == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(this::open), length);
  }

  private InputStream open() {
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      channel.position(offset);
      return new Slice(Channels.newInputStream(channel));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized void count(long position) {
    if (position > counted) {
      progress.accept(position - counted);
      counted = position;
    }
  }

  private final class Slice extends FilterInputStream {
    private long position;

    Slice(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int start, int count) throws IOException {
      if (position >= length) {
        return -1;
      }
      int read = super.read(target, start, (int) Math.min(count, length - position));
      if (read > 0) {
        position += read;
        touched = System.nanoTime();
        complete = position == length;
        count(position);
      }
      return read;
    }
  }
}
