package io.ingot.step;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.hub.Hub;
import io.ingot.progress.Progress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SequencedMap;

/** What a step sees of the world. */
public interface StepContext {
  /** Name of the step in the job, e.g. {@code orders-lora}. */
  String step();

  /** The resolved parameters, defaults filled in; part of the cache key. */
  JsonNode parameters();

  /** All inputs by name; a model that is an adapter {@code X} has its base as {@code X/base}. */
  SequencedMap<String, StepInput> inputs();

  /** An empty folder for the artifact. */
  Path output();

  /** A folder that survives failed attempts at the same work, for checkpoints. */
  Path scratch();

  /**
   * A folder that all work of this kind of step shares, whatever run it belongs to, for what is
   * worth remembering. It may be emptied at any time, and several processes may write to it at
   * once: what lies there must be named after its content's cause and be written aside.
   */
  default Optional<Path> memory() {
    return Optional.empty();
  }

  Progress progress();

  /** Throws when the run was cancelled or the lease was lost; long work calls it often. */
  void checkCancelled() throws InterruptedException;

  /** The Hub of the job: the embedded one or HF_ENDPOINT. Not for isolated steps. */
  Hub hub();

  /**
   * The approval of exactly this subject, whichever run it was given in. Not for isolated steps.
   */
  Optional<Approval> approval(String subjectDigest);

  /** Not for isolated steps. */
  EffectJournal effects();

  /**
   * The input of this name.
   *
   * @throws IllegalStateException when the planner gave none
   */
  default StepInput input(String name) {
    StepInput input = inputs().get(name);
    if (input == null) {
      throw new IllegalStateException("step " + step() + " has no input '" + name + "'");
    }
    return input;
  }

  /** The model of this input, its base chained in where it is an adapter. */
  default ModelSource model(String name) {
    return ModelSource.of(inputs(), name);
  }
}
