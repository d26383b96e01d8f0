package io.ingot.job.planner;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.job.JobSpec;
import io.ingot.run.InputRef;
import io.ingot.run.PlannedStep;
import io.ingot.step.Parameters;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that was pinned, as canonical JSON: equal locks mean the same work. It holds no path,
 * port or time but the clock of the templates.
 */
final class Lock {
  private Lock() {}

  static String of(
      JobSpec job, Sources sources, String clock, String toolVersion, List<PlannedStep> steps) {
    ObjectNode lock = Json.object();
    lock.put("ingot", toolVersion);
    lock.put("job", job.name());
    lock.put("clock", clock);
    ObjectNode models = lock.putObject("models");
    sources.models().values().forEach(model -> models.set(model.name(), model(model)));
    ObjectNode datasets = lock.putObject("datasets");
    sources.datasets().values().forEach(data -> datasets.set(data.name(), dataset(data)));
    ObjectNode seeds = lock.putObject("seeds");
    job.steps()
        .values()
        .forEach(
            step -> {
              if (step.body().path("train").has("seed")) {
                seeds.set(step.name(), step.body().get("train").get("seed"));
              }
            });
    ObjectNode work = lock.putObject("steps");
    steps.forEach(step -> work.put(step.name(), Digests.of(text(step))));
    return Parameters.canonical(lock);
  }

  static ObjectNode model(PinnedModel model) {
    ObjectNode pin = Json.object();
    model
        .repo()
        .ifPresent(
            repo -> {
              pin.put("repo", repo.id().name());
              pin.put("commit", repo.commit());
            });
    model.digest().ifPresent(digest -> pin.put("digest", digest));
    model.template().ifPresent(template -> pin.put("template", Digests.of(template)));
    return pin;
  }

  private static ObjectNode dataset(PinnedDataset dataset) {
    ObjectNode pin = Json.object();
    dataset
        .repo()
        .ifPresent(
            repo -> {
              pin.put("repo", repo.id().name());
              pin.put("commit", repo.commit());
            });
    pin.put("sha256", dataset.sha256());
    pin.put("format", dataset.format().word());
    return pin;
  }

  private static String text(PlannedStep step) {
    StringBuilder text = new StringBuilder();
    text.append(step.kind()).append('\n').append(step.version()).append('\n');
    text.append(step.parametersJson()).append('\n');
    for (Map.Entry<String, InputRef> input : new TreeMap<>(step.inputs()).entrySet()) {
      text.append(input.getKey()).append(' ');
      switch (input.getValue()) {
        case InputRef.Output output -> text.append("step ").append(output.step());
        case InputRef.External external -> text.append("digest ").append(external.digest());
      }
      text.append('\n');
    }
    return text.toString();
  }
}
