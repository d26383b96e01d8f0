package io.ingot.error;

/** What went wrong, as far as the caller must act differently; each kind is one exit code. */
public enum ErrorKind {
  /** The operation failed. */
  FAILED(1),
  /** The command line was wrong. */
  USAGE(2),
  /** A job, recipe, model or data file is invalid. */
  INVALID(3),
  /** A file, repository, revision, run or review does not exist. */
  NOT_FOUND(4),
  /** Another process holds it, it exists already, or it is already decided. */
  CONFLICT(5),
  /** A license or a policy forbids it. */
  BLOCKED(6),
  /** A person has to decide first. */
  IN_REVIEW(7),
  /** A server could not be reached. */
  UNREACHABLE(69),
  /** The user interrupted. */
  INTERRUPTED(130);

  private final int exitCode;

  ErrorKind(int exitCode) {
    this.exitCode = exitCode;
  }

  /** The exit code of a process that ends for this reason. */
  public int exitCode() {
    return exitCode;
  }
}
