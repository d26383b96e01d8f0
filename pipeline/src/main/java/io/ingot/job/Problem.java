package io.ingot.job;

import org.jspecify.annotations.Nullable;

/**
 * Something wrong in a job file.
 *
 * @param path of the key, e.g. {@code steps.orders-lora.finetune.lora.rank}; empty for the file
 * @param message what is wrong and what is expected
 * @param suggestion the nearest right word
 */
public record Problem(Place place, String path, String message, @Nullable String suggestion) {
  /** {@code file:line:column: error: path: message; did you mean 'x'?} */
  @Override
  public String toString() {
    return place
        + ": error: "
        + (path.isEmpty() ? "" : path + ": ")
        + message
        + (suggestion == null ? "" : "; did you mean '" + suggestion + "'?");
  }
}
