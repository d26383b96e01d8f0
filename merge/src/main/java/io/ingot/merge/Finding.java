package io.ingot.merge;

import io.ingot.error.ErrorKind;

/**
 * Something about a merge that headers tell before the first byte is written.
 *
 * @param kind how the merge would fail; meaningless for a warning
 * @param model it is about; empty when it is about all
 * @param tensor it is about; empty when it is about none
 * @param message what is wrong, with the values
 * @param remedy how to go on; empty when the message says it
 */
public record Finding(
    Severity severity, ErrorKind kind, String model, String tensor, String message, String remedy) {
  /** How bad it is. */
  public enum Severity {
    /** The merge cannot be made. */
    ERROR,
    /** The merge can be made, and may not be what was meant. */
    WARNING
  }

  /** {@code tensor X of M: message; remedy}. */
  public String text() {
    String place =
        tensor.isEmpty()
            ? model
            : "tensor " + tensor + (model.isEmpty() ? "" : " of model " + model);
    return (place.isEmpty() ? "" : place + ": ") + sentence();
  }

  /** {@code message; remedy}. */
  String sentence() {
    return message + (remedy.isEmpty() ? "" : "; " + remedy);
  }
}
