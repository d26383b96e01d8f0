package io.ingot.doctor;

/**
 * What one check found.
 *
 * @param subject what was looked at, e.g. {@code libtorch}
 * @param detail what is there
 * @param remedy what to do; empty when all is well
 */
public record Finding(Status status, String subject, String detail, String remedy) {
  /** How bad it is. */
  public enum Status {
    OK,
    WARN,
    FAIL
  }

  static Finding ok(String subject, String detail) {
    return new Finding(Status.OK, subject, detail, "");
  }

  static Finding warn(String subject, String detail, String remedy) {
    return new Finding(Status.WARN, subject, detail, remedy);
  }

  static Finding fail(String subject, String detail, String remedy) {
    return new Finding(Status.FAIL, subject, detail, remedy);
  }
}
