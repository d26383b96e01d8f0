package io.ingot.step.exec;

import io.ingot.step.Step;
import java.util.Collection;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/** The kinds of steps by name. Thread-safe. */
public final class StepRegistry {
  private final SortedMap<String, Step> kinds = new TreeMap<>();

  public StepRegistry(Iterable<Step> steps) {
    for (Step step : steps) {
      if (!step.kind().matches("[a-z][a-z0-9-]*")) {
        throw new IllegalArgumentException("no name for a kind of step: " + step.kind());
      }
      if (kinds.put(step.kind(), step) != null) {
        throw new IllegalArgumentException("two kinds of steps are named " + step.kind());
      }
    }
  }

  /** All kinds that {@code META-INF/services} names. */
  public static StepRegistry load() {
    return new StepRegistry(
        StreamSupport.stream(ServiceLoader.load(Step.class).spliterator(), false).toList());
  }

  public Step get(String kind) {
    Step step = kinds.get(kind);
    if (step == null) {
      throw new IllegalArgumentException(
          "there is no step of kind " + kind + "; known are " + String.join(", ", kinds.keySet()));
    }
    return step;
  }

  public Collection<Step> all() {
    return kinds.values();
  }
}
