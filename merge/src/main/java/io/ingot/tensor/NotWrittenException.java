package io.ingot.tensor;

/** Data was asked of a tensor that is planned and does not exist yet. */
public final class NotWrittenException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public NotWrittenException(String tensor) {
    super("tensor " + tensor + " is planned, not written yet");
  }
}
