package io.ingot.step.publish;

import io.ingot.step.Default;
import io.ingot.step.Doc;
import io.ingot.step.Exclusive;
import org.jspecify.annotations.Nullable;

/** Where the artifacts go; what is published are inputs of the step. */
public record PublishParameters(
    @Doc("The target.") Target to,
    @Doc("Who may see a repository that is created.") @Default("private") Visibility visibility,
    @Doc("Branch that is written to.") @Default("main") String revision) {

  /**
   * One of the two.
   *
   * @param path absolute at the step
   */
  @Exclusive(
      value = {"hub", "path"},
      required = true)
  public record Target(
      @Doc("Repository ORG/NAME on the Hub of this job.") @Nullable String hub,
      @Doc("A folder, relative to the job file.") @Nullable String path) {}

  /** Who may see a new repository. */
  public enum Visibility {
    PRIVATE,
    PUBLIC
  }
}
