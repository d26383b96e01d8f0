package io.ingot.job.planner;

import io.ingot.error.IngotException;
import io.ingot.step.Step;
import java.util.Collection;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The kinds of steps of this installation, by name. */
public final class StepCatalog {
  private final TreeMap<String, Step> kinds = new TreeMap<>();

  public StepCatalog(Iterable<? extends Step> steps) {
    steps.forEach(step -> kinds.put(step.kind(), step));
  }

  /** The kinds on the class path. */
  public static StepCatalog installed() {
    return new StepCatalog(ServiceLoader.load(Step.class));
  }

  /** The kind of this name. */
  Step kind(String name) {
    Step step = kinds.get(name);
    if (step == null) {
      throw IngotException.invalid(
          "no room of this installation does '" + name + "' steps; it has " + names());
    }
    return step;
  }

  private Collection<String> names() {
    return kinds.keySet();
  }
}
