package io.ingot.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a stream whose reads fail when nothing arrives for a while, however long
 * the whole transfer takes. For one reader.
 */
final class IdleTimeoutStream extends InputStream {
  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final Deque<ByteBuffer> ready = new ArrayDeque<>();
  private final Duration idle;
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean closed;
  private boolean finished;

  private sealed interface Signal {
    record Data(List<ByteBuffer> buffers) implements Signal {}

    record End() implements Signal {}

    record Failure(Throwable cause) implements Signal {}
  }

  IdleTimeoutStream(Flow.Publisher<List<ByteBuffer>> body, Duration idle) {
    this.idle = idle;
    body.subscribe(new Receiver());
  }

  private final class Receiver implements Flow.Subscriber<List<ByteBuffer>> {
    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      if (closed) {
        given.cancel();
      } else {
        given.request(1);
      }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      signals.add(new Signal.Data(buffers));
    }

    @Override
    public void onError(Throwable cause) {
      signals.add(new Signal.Failure(cause));
    }

    @Override
    public void onComplete() {
      signals.add(new Signal.End());
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    ByteBuffer next = next();
    if (next == null) {
      return -1;
    }
    int count = Math.min(length, next.remaining());
    next.get(target, offset, count);
    return count;
  }

  private @Nullable ByteBuffer next() throws IOException {
    while (true) {
      ByteBuffer head = ready.peek();
      if (head != null && head.hasRemaining()) {
        return head;
      }
      if (head != null) {
        ready.poll();
        continue;
      }
      if (finished) {
        return null;
      }
      await();
    }
  }

  private void await() throws IOException {
    Signal signal;
    try {
      signal = signals.poll(idle.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      close();
      throw RetryPolicy.interrupted(e);
    }
    switch (signal) {
      case null -> {
        close();
        throw new HttpTimeoutException("nothing arrived for " + idle.toMillis() / 1000.0 + " s");
      }
      case Signal.Data(List<ByteBuffer> buffers) -> {
        ready.addAll(buffers);
        Flow.Subscription current = subscription;
        if (current != null) {
          current.request(1);
        }
      }
      case Signal.End() -> finished = true;
      case Signal.Failure(Throwable cause) -> {
        finished = true;
        throw cause instanceof IOException io
            ? io
            : new IOException("the connection broke: " + cause.getMessage(), cause);
      }
    }
  }

  /** Drops what is still to come. */
  @Override
  public void close() {
    closed = true;
    finished = true;
    ready.clear();
    Flow.Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
  }
}
