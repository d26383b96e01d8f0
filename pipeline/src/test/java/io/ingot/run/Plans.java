package io.ingot.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Small plans for tests. */
public final class Plans {
  private final List<PlannedStep> steps = new ArrayList<>();
  private final String job;

  private Plans(String job) {
    this.job = job;
  }

  public static Plans job(String name) {
    return new Plans(name);
  }

  public Plans step(String name, String... before) {
    return add(name, "fake", true, "{\"text\":\"" + name + "\"}", before);
  }

  public Plans add(String name, String kind, boolean pure, String parameters, String... before) {
    SequencedMap<String, InputRef> inputs = new LinkedHashMap<>();
    for (String step : before) {
      inputs.put(step, new InputRef.Output(step));
    }
    steps.add(new PlannedStep(name, kind, 1, pure, "cpu", parameters, inputs));
    return this;
  }

  public RunPlan plan() {
    return new RunPlan(job, Path.of(job + ".yaml"), "{\"seed\":1}", List.copyOf(steps));
  }
}
