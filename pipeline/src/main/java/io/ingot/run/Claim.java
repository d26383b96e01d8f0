package io.ingot.run;

import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A step that this engine may work on for as long as it renews the lease.
 *
 * @param fence goes with everything that is written back; a smaller one than the row's is ignored
 * @param attempt counts from 1
 */
public record Claim(
    String run,
    String jobName,
    String step,
    int fence,
    int attempt,
    String kind,
    int version,
    boolean pure,
    String parametersJson,
    SequencedMap<String, Input> inputs) {

  /**
   * An input whose content is known.
   *
   * @param fromStep the step whose artifact it is; null for something outside of the house
   * @param kind the kind of that step, or {@code external}
   * @param path of something outside of the house
   */
  public record Input(
      String role, String digest, @Nullable String fromStep, String kind, @Nullable Path path) {}

  /** The key under which the output is found again. */
  public String cacheKey() {
    TreeMap<String, String> digests = new TreeMap<>();
    inputs.values().forEach(input -> digests.put(input.role(), input.digest()));
    return CacheKey.of(kind, version, parametersJson, digests);
  }

  /** Names of the steps that it uses. */
  public List<String> predecessors() {
    return inputs.values().stream()
        .map(Input::fromStep)
        .filter(step -> step != null)
        .map(String.class::cast)
        .distinct()
        .toList();
  }
}
