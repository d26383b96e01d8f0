package io.ingot.merge.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One finished process.
 *
 * @param seconds from start to exit
 * @param cpuSeconds of all its threads
 * @param peakMemory largest resident memory in bytes without file-backed pages, sampled every 10
 *     ms; 0 where the system does not tell
 */
record ProcessRun(double seconds, double cpuSeconds, long peakMemory) {
  private static final double TICKS_PER_SECOND = 100;

  /**
   * @throws IOException when it cannot be started or does not end with 0
   */
  static ProcessRun of(List<String> command, Path log) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Path proc = Path.of("/proc", Long.toString(process.pid()));
    long peak = 0;
    double cpu = 0;
    do {
      peak = Math.max(peak, anonymous(proc));
      cpu = Math.max(cpu, cpuSeconds(proc));
    } while (!process.waitFor(10, TimeUnit.MILLISECONDS));
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (process.exitValue() != 0) {
      throw new IOException(
          String.join(" ", command) + " ended with " + process.exitValue() + ":\n"
              + Files.readString(log));
    }
    return new ProcessRun(seconds, cpu, peak);
  }

  private static long anonymous(Path proc) {
    try {
      long kilobytes = 0;
      for (String line : Files.readAllLines(proc.resolve("status"))) {
        if (line.startsWith("RssAnon:") || line.startsWith("RssShmem:")) {
          kilobytes += Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
      return kilobytes * 1024;
    } catch (IOException e) {
      return 0;
    }
  }

  private static double cpuSeconds(Path proc) {
    try {
      String stat = Files.readString(proc.resolve("stat"));
      List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
      return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / TICKS_PER_SECOND;
    } catch (IOException e) {
      return 0;
    }
  }
}
