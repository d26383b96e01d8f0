package io.ingot.merge.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs processes and looks at what they take from outside. */
final class ProcessRun {
  private ProcessRun() {}

  /**
   * Seconds from start to exit. Nobody watches it meanwhile: that would take its processor away.
   *
   * @throws IOException when it cannot be started or does not end with 0
   */
  static double seconds(List<String> command, Path log) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Process process = start(command, log);
    process.waitFor();
    double seconds = (System.nanoTime() - begin) / 1e9;
    check(process, command, log);
    return seconds;
  }

  /**
   * Largest resident memory in bytes without file-backed pages, sampled every 10 ms; 0 where the
   * system does not tell.
   *
   * @throws IOException when it cannot be started or does not end with 0
   */
  static long peakMemory(List<String> command, Path log) throws IOException, InterruptedException {
    Process process = start(command, log);
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    long peak = 0;
    do {
      peak = Math.max(peak, anonymous(status));
    } while (!process.waitFor(10, TimeUnit.MILLISECONDS));
    check(process, command, log);
    return peak;
  }

  private static Process start(List<String> command, Path log) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private static void check(Process process, List<String> command, Path log) throws IOException {
    if (process.exitValue() != 0) {
      throw new IOException(
          String.join(" ", command) + " ended with " + process.exitValue() + ":\n"
              + Files.readString(log));
    }
  }

  private static long anonymous(Path status) {
    try {
      long kilobytes = 0;
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("RssAnon:") || line.startsWith("RssShmem:")) {
          kilobytes += Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
      return kilobytes * 1024;
    } catch (IOException e) {
      return 0;
    }
  }
}
