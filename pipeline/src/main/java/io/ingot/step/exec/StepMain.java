package io.ingot.step.exec;

import io.ingot.step.Step;
import io.ingot.step.StepOutcome;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Entry point of the child process of an isolated step. Its argument is the file of its {@link
 * WorkOrder}; it speaks {@link ChildProtocol} on standard output and ends when standard input ends,
 * which happens also when the engine is killed.
 */
public final class StepMain {
  static final int LEASH_CUT = 86;

  private StepMain() {}

  /** Does the work and exits with 0, or with 1 after a message that says why not. */
  public static void main(String[] arguments) throws IOException {
    PrintStream messages =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    // What is printed by libraries belongs into the log, not between the messages.
    System.setOut(System.err);
    holdLeash();
    Signals.ignore("INT"); // a Ctrl-C on the terminal reaches the engine, which decides
    ChildProgress progress = new ChildProgress(messages);
    ChildProtocol.Message last;
    try {
      WorkOrder order = WorkOrder.read(Path.of(arguments[0]));
      Step step = StepRegistry.load().get(order.kind());
      try (FileLock _ = lock(order.scratch())) {
        StepOutcome outcome =
            step.run(new WorkContext(order, progress, new Interruption(), StepServices.NONE));
        last = new ChildProtocol.Message.Done(outcome);
      }
    } catch (Throwable e) {
      e.printStackTrace();
      StepFailure failure = StepFailure.of(e);
      last = new ChildProtocol.Message.Failed(failure.code(), failure.text());
    }
    progress.send(last);
    // Threads of native libraries must not keep a finished step alive.
    Runtime.getRuntime().halt(last instanceof ChildProtocol.Message.Done ? 0 : 1);
  }

  /** A child that outlives its engine by a moment must not write beside its successor. */
  private static FileLock lock(Path scratch) throws IOException {
    Files.createDirectories(scratch);
    FileChannel channel =
        FileChannel.open(
            scratch.resolveSibling(scratch.getFileName() + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    return channel.lock();
  }

  private static void holdLeash() {
    Thread leash =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // The engine says nothing; it only holds on.
                }
              } catch (IOException e) {
                // As good as the end.
              }
              Runtime.getRuntime().halt(LEASH_CUT);
            },
            "leash");
    leash.setDaemon(true);
    leash.start();
  }
}
