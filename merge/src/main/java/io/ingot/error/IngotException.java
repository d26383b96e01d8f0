package io.ingot.error;

import org.jspecify.annotations.Nullable;

/**
 * A failure that is explained to the user. The message names the place, the value, what was
 * expected and how to go on; it never holds a token. Anything else that is thrown is a bug.
 */
public final class IngotException extends RuntimeException {
  private final ErrorKind kind;

  public IngotException(ErrorKind kind, String message) {
    this(kind, message, null);
  }

  public IngotException(ErrorKind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public ErrorKind kind() {
    return kind;
  }

  public static IngotException failed(String message) {
    return new IngotException(ErrorKind.FAILED, message);
  }

  public static IngotException usage(String message) {
    return new IngotException(ErrorKind.USAGE, message);
  }

  public static IngotException invalid(String message) {
    return new IngotException(ErrorKind.INVALID, message);
  }

  public static IngotException notFound(String message) {
    return new IngotException(ErrorKind.NOT_FOUND, message);
  }

  public static IngotException conflict(String message) {
    return new IngotException(ErrorKind.CONFLICT, message);
  }

  public static IngotException blocked(String message) {
    return new IngotException(ErrorKind.BLOCKED, message);
  }

  public static IngotException unreachable(String message, @Nullable Throwable cause) {
    return new IngotException(ErrorKind.UNREACHABLE, message, cause);
  }
}
