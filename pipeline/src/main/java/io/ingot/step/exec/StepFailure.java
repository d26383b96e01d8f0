package io.ingot.step.exec;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.run.FailureCode;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A step did not do its work, and why. */
final class StepFailure extends Exception {
  private final FailureCode code;

  StepFailure(FailureCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  FailureCode code() {
    return code;
  }

  String text() {
    return String.valueOf(getMessage());
  }

  /** Sorts what a step threw by what can be done about it. */
  static StepFailure of(Throwable thrown) {
    String message = String.valueOf(thrown.getMessage());
    return switch (thrown) {
      case StepFailure failure -> failure;
      case IngotException known when known.kind() == ErrorKind.UNREACHABLE ->
          new StepFailure(FailureCode.INFRASTRUCTURE, message, known);
      case IngotException known when isDiskFull(known) -> diskFull(known);
      case IngotException known -> new StepFailure(FailureCode.WORK, message, known);
      case OutOfMemoryError error ->
          new StepFailure(FailureCode.OUT_OF_MEMORY, "the memory of the JVM ran out", error);
      case IOException io when isDiskFull(io) -> diskFull(io);
      case FileSystemException file ->
          new StepFailure(
              FailureCode.INFRASTRUCTURE, file.getClass().getSimpleName() + ": " + message, file);
      case IOException io -> new StepFailure(FailureCode.INFRASTRUCTURE, message, io);
      case RuntimeException wrapped
          when wrapped.getCause() instanceof IOException io && isDiskFull(io) ->
          diskFull(io);
      default ->
          new StepFailure(
              FailureCode.WORK,
              "unexpected " + thrown.getClass().getName() + ": " + message,
              thrown);
    };
  }

  private static boolean isDiskFull(@Nullable Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
      if (message.contains("no space left on device")
          || message.contains("disk quota exceeded")
          || message.contains("not enough space on the disk")) {
        return true;
      }
    }
    return false;
  }

  private static StepFailure diskFull(Exception cause) {
    return new StepFailure(
        FailureCode.WORK,
        "the disk is full ("
            + cause.getMessage()
            + "); nothing half-written was kept. Make room, or let 'ingot runs gc' do so, and start"
            + " the same command again: what is finished stays",
        cause);
  }
}
