package io.ingot.cli;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command throws into text on stderr and an exit code. */
final class ErrorReport implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(Exception thrown, CommandLine line, ParseResult parsed) {
    Ingot root = (Ingot) line.getCommandSpec().root().userObject();
    if (root.verbose) {
      thrown.printStackTrace(line.getErr());
    }
    if (thrown instanceof IngotException known) {
      line.getErr().println("error: " + known.getMessage());
      return known.kind().exitCode();
    }
    if (thrown instanceof InterruptedException) {
      line.getErr().println("interrupted");
      return ErrorKind.INTERRUPTED.exitCode();
    }
    String what =
        Optional.ofNullable(thrown.getMessage()).orElseGet(() -> thrown.getClass().getSimpleName());
    line.getErr()
        .println(
            "error: "
                + (thrown instanceof java.io.IOException ? "" : thrown.getClass().getName() + ": ")
                + what
                + (root.verbose ? "" : " (--verbose shows where)"));
    return ErrorKind.FAILED.exitCode();
  }
}
