package io.ingot.step.exec;

import io.ingot.progress.Progress;
import io.ingot.run.FailureCode;
import io.ingot.step.StepOutcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a step in a JVM of its own with the same class path. The child's standard input is its
 * leash: when the engine closes it, or dies, the child ends within a second.
 */
final class ChildExecutor {
  private final Map<String, String> environment;
  private final List<String> jvmOptions;
  private final String classPath;

  /**
   * @param environment of the engine; variables that hold secrets are not passed on
   */
  ChildExecutor(Map<String, String> environment, List<String> jvmOptions, String classPath) {
    this.environment = environment;
    this.jvmOptions = jvmOptions;
    this.classPath = classPath;
  }

  StepOutcome execute(WorkOrder order, Progress progress, Interruption interruption, AttemptLog log)
      throws StepFailure, InterruptedException {
    Path orderFile = sibling(log, ".order.json");
    Path crashFile = sibling(log, ".crash.log");
    Process child;
    try {
      order.write(orderFile);
      child = start(orderFile, crashFile);
    } catch (IOException e) {
      throw StepFailure.of(e);
    }
    Messages messages = new Messages(progress, log);
    Thread output = pump("stdout", child.getInputStream(), messages::line);
    Thread errors = pump("stderr", child.getErrorStream(), log::line);
    interruption.guard(Thread.currentThread());
    try {
      int exit = child.waitFor();
      output.join();
      errors.join();
      return outcome(exit, messages.last, crashFile, log);
    } finally {
      interruption.release();
      end(child);
    }
  }

  private static Path sibling(AttemptLog log, String suffix) {
    String name = log.file().getFileName().toString().replaceFirst("\\.log$", "");
    return log.file().resolveSibling(name + suffix);
  }

  private Process start(Path order, Path crashFile) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseParallelGC",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:ErrorFile=" + crashFile));
    String root = System.getProperty("ingot.root", "");
    Path tensorOptions = Path.of(root, "configs", "tensor.jvmoptions");
    command.add(
        Files.exists(tensorOptions) ? "@" + tensorOptions : "--add-modules=jdk.incubator.vector");
    if (!root.isEmpty()) {
      command.add("-Dingot.root=" + root);
    }
    command.addAll(startupCache());
    command.addAll(jvmOptions);
    command.add(StepMain.class.getName());
    command.add(order.toString());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    environment.forEach(
        (name, value) -> {
          if (!SecretMask.isSecret(name)) {
            builder.environment().put(name, value);
          }
        });
    builder.environment().put("CLASSPATH", classPath);
    builder.environment().put("OPT_OUT_TRACKING", "true");
    return builder.start();
  }

  /** The engine's archive of loaded classes serves the child too, since their class paths agree. */
  private static List<String> startupCache() {
    List<String> options =
        ProcessHandle.current().info().arguments().stream()
            .flatMap(Arrays::stream)
            .filter(option -> option.startsWith("-XX:SharedArchiveFile="))
            .toList();
    return options.isEmpty() ? options : List.of(options.getFirst(), "-Xlog:cds=off");
  }

  private static Thread pump(String name, InputStream stream, Consumer<String> line) {
    return Thread.ofPlatform()
        .daemon()
        .name("child-" + name)
        .start(
            () -> {
              try (BufferedReader reader =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                reader.lines().forEach(line);
              } catch (IOException | UncheckedIOException e) {
                // The child is gone.
              }
            });
  }

  /** Cuts the leash; whoever does not listen is killed. */
  private static void end(Process child) {
    if (!child.isAlive()) {
      return;
    }
    try {
      child.getOutputStream().close();
      if (!child.waitFor(2, TimeUnit.SECONDS)) {
        child.destroyForcibly().waitFor();
      }
    } catch (IOException e) {
      child.destroyForcibly();
    } catch (InterruptedException e) {
      child.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static StepOutcome outcome(
      int exit, ChildProtocol.@Nullable Message last, Path crashFile, AttemptLog log)
      throws StepFailure {
    if (last instanceof ChildProtocol.Message.Done done) {
      return done.outcome();
    }
    if (last instanceof ChildProtocol.Message.Failed failed) {
      throw new StepFailure(failed.code(), failed.message(), null);
    }
    log.line("the process of the step ended with exit code " + exit);
    throw switch (exit) {
      case 3 ->
          new StepFailure(
              FailureCode.OUT_OF_MEMORY,
              "the memory of the step's JVM ran out; make the work smaller (batch_size,"
                  + " max_length) or give it more with INGOT_CHILD_JAVA_OPTS=-Xmx...",
              null);
      case 137 ->
          new StepFailure(
              FailureCode.KILLED,
              "the process of the step was killed (signal 9); the system does this also when the"
                  + " machine's memory runs out",
              null);
      case 143 ->
          new StepFailure(
              FailureCode.KILLED, "the process of the step was terminated (signal 15)", null);
      default ->
          new StepFailure(
              FailureCode.KILLED,
              Files.exists(crashFile)
                  ? "native code of the step crashed; see " + crashFile
                  : "the process of the step ended with exit code "
                      + exit
                      + " and no word; its last lines: "
                      + String.join(" | ", log.tail()),
              null);
    };
  }

  /** Reads the child's messages; the last one that ends the work is kept. */
  private static final class Messages {
    private final Progress progress;
    private final AttemptLog log;
    private volatile ChildProtocol.@Nullable Message last;

    Messages(Progress progress, AttemptLog log) {
      this.progress = progress;
      this.log = log;
    }

    void line(String line) {
      switch (ChildProtocol.decode(line).orElse(null)) {
        case null -> log.line(line);
        case ChildProtocol.Message.Begin begin ->
            progress.begin(begin.label(), begin.total(), begin.unit());
        case ChildProtocol.Message.Advance advance -> progress.advance(advance.amount());
        case ChildProtocol.Message.Detail detail -> progress.detail(detail.text());
        case ChildProtocol.Message.Note note -> progress.note(note.line());
        case ChildProtocol.Message.Done done -> last = done;
        case ChildProtocol.Message.Failed failed -> last = failed;
      }
    }
  }
}
