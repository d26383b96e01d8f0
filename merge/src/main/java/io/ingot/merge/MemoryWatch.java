package io.ingot.merge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The greatest memory that this process holds beside mapped files, as far as looking now and then
 * tells. Thread-safe.
 */
public final class MemoryWatch {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final long PAUSE_NANOS = 50_000_000;

  private final AtomicLong peak = new AtomicLong();
  private final AtomicLong last = new AtomicLong(System.nanoTime() - PAUSE_NANOS);

  /** Looks, unless it did a moment ago. */
  public void look() {
    long now = System.nanoTime();
    long before = last.get();
    if (now - before >= PAUSE_NANOS && last.compareAndSet(before, now)) {
      peak.accumulateAndGet(current(), Math::max);
    }
  }

  /** Bytes. */
  public long peak() {
    return peak.accumulateAndGet(current(), Math::max);
  }

  /** Anonymous pages on Linux, the Java heap elsewhere. */
  private static long current() {
    try {
      if (Files.isReadable(STATUS)) {
        for (String line : Files.readAllLines(STATUS)) {
          if (line.startsWith("RssAnon:")) {
            return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
          }
        }
      }
    } catch (IOException e) {
      // What the runtime says is better than nothing.
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
