package io.ingot.step;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Collections;
import java.util.SortedMap;

/**
 * One kind of work: a function from inputs (by digest) and parameters to an output folder. Found by
 * {@link java.util.ServiceLoader}; instances are stateless and thread-safe.
 */
public interface Step {
  /** The name in the job file, e.g. {@code finetune}. */
  String kind();

  /** Part of the cache key: raise it when the same inputs give another output. */
  int version();

  /** Whether an output of the same key may stand for a run. Not for reviews and publications. */
  default boolean pure() {
    return true;
  }

  /**
   * Whether the step runs in a JVM of its own, so that a native crash or an exhausted memory cannot
   * take the engine down. Such a step sees no hub, approvals or effects.
   */
  default boolean isolated() {
    return false;
  }

  /**
   * What the job grammar accepts but this kind cannot do yet, by key path below the step, with how
   * to go on: {@code method -> "qlora is not available yet; use lora"}. The planner refuses it.
   */
  default SortedMap<String, String> unsupported(JsonNode parameters) {
    return Collections.emptySortedMap();
  }

  /**
   * Does the work. What lies in {@link StepContext#output()} afterwards is the artifact. May be
   * called again after a crash at any moment; then the output folder is empty and the scratch
   * folder as it was.
   *
   * @throws io.ingot.error.IngotException a failure to show to the user
   * @throws IOException a failure of the machine or the network, which may be tried again
   */
  StepOutcome run(StepContext context) throws IOException, InterruptedException;
}
