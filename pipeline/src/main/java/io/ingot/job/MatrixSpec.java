package io.ingot.job;

import java.util.List;

/**
 * A step that stands for many: what it became.
 *
 * @param step name of the step that holds {@code matrix}
 * @param axes what varies, in the order of the file
 * @param members names of the steps that it stands for, in the order of the file
 */
public record MatrixSpec(String step, List<String> axes, List<String> members) {
  /** The part of a member's name that is its own, e.g. {@code ties.density=0.3}. */
  public String own(String member) {
    return member.substring(step.length() + 1);
  }
}
