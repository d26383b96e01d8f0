package io.ingot.step;

/** How a step ended. */
public sealed interface StepOutcome {
  /**
   * The output folder holds the artifact.
   *
   * @param note one line for the summary, e.g. {@code commit 1a2b3c}
   * @param reused whether nothing had to be done, because the effect was there already
   */
  record Done(String note, boolean reused) implements StepOutcome {}

  /**
   * A person has to decide about the subject; the step runs again once an approval is there.
   *
   * @param subjectDigest hash of exactly what is decided about
   * @param title one line for the inbox
   */
  record NeedsReview(String subjectDigest, String title) implements StepOutcome {}

  static StepOutcome done(String note) {
    return new Done(note, false);
  }
}
