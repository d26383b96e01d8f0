package io.ingot.merge;

import io.ingot.progress.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A merge in a process of its own, which goes on to the next tensor when it is told to, so that it
 * can be ended at a point that is known.
 */
final class MergeProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final StringBuilder seen = new StringBuilder();
  private boolean asking;

  private MergeProcess(Process process) {
    this.process = process;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Starts a merge.
   *
   * @param prefix what stands before the command of the machine, e.g. a limit
   */
  static MergeProcess start(
      List<String> prefix, Path root, String recipe, Path out, long shardBytes) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            MergeProcess.class.getName(),
            root.toString(),
            recipe,
            out.toString(),
            Long.toString(shardBytes)));
    return new MergeProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Lets it work on so many tensors, then waits until it asks again; false when it has ended. */
  boolean advance(int tensors) throws IOException {
    asking = asking || asks();
    for (int i = 0; asking && i < tensors; i++) {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      asking = asks();
    }
    return asking;
  }

  private boolean asks() throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.equals("next?")) {
        return true;
      }
      seen.append(line).append('\n');
    }
    return false;
  }

  /** Lets it run to its end; what it printed. */
  String finish() throws IOException, InterruptedException {
    while (advance(1)) {}
    process.waitFor();
    return seen.toString();
  }

  /** Ends it as kill -9 does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  /** Arguments: folder of the models, recipe, folder to write, bytes of a shard. */
  public static void main(String[] arguments) throws Exception {
    MergeOptions options =
        MergeOptions.defaults().withThreads(1).withShardBytes(Long.parseLong(arguments[3]));
    try (Merger merger = GoldenMerge.open(Path.of(arguments[0]), arguments[1], options)) {
      merger.write(
          Path.of(arguments[2]),
          Progress.NONE,
          () -> {
            System.out.println("next?");
            try {
              if (System.in.read() < 0) {
                System.exit(9);
              }
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
      System.out.println("done");
    } catch (io.ingot.error.IngotException e) {
      System.out.println("error: " + e.getMessage());
      System.exit(e.kind().exitCode());
    }
  }
}
