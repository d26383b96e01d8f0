package io.ingot.step.exec;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The log of one attempt, written by the engine and never by the child, so that it survives it. It
 * holds no secrets. Thread-safe; a full disk silences it but does not stop the work.
 */
public final class AttemptLog implements AutoCloseable {
  private static final int TAIL = 12;

  private final Path file;
  private final SecretMask mask;
  private final BufferedWriter writer;
  private final Deque<String> tail = new ArrayDeque<>();

  AttemptLog(Path file, SecretMask mask) throws IOException {
    this.file = file;
    this.mask = mask;
    Files.createDirectories(file.getParent());
    writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Where the log of an attempt lies below the folder of logs. */
  public static Path path(Path logs, String run, String step, int fence) {
    return logs.resolve(run).resolve(step.replace(':', '_')).resolve(fence + ".log");
  }

  Path file() {
    return file;
  }

  synchronized void line(String text) {
    String masked = mask.apply(text);
    tail.addLast(masked);
    if (tail.size() > TAIL) {
      tail.removeFirst();
    }
    try {
      writer.write(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + masked + "\n");
      writer.flush();
    } catch (IOException e) {
      // The step will meet the same disk, and say so.
    }
  }

  void stackTrace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    text.toString().lines().forEach(this::line);
  }

  /** The last lines. */
  synchronized List<String> tail() {
    return List.copyOf(tail);
  }

  @Override
  public synchronized void close() {
    try {
      writer.close();
    } catch (IOException e) {
      // As in line().
    }
  }
}
