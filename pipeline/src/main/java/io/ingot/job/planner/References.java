package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.job.JobSpec;
import io.ingot.job.StepSpec;
import io.ingot.job.planner.Reference.Wants;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All names that a step uses, in the order of the file. */
final class References {
  private References() {}

  static List<Reference> of(JobSpec job, StepSpec step) {
    List<Reference> all = new ArrayList<>();
    JsonNode body = step.body();
    switch (step.kind()) {
      case FINETUNE -> {
        one(all, step, "model", Wants.MODEL);
        one(all, step, "dataset", Wants.DATASET);
        one(all, step, "validation", Wants.DATASET);
        if (body.hasNonNull("init_adapter") && !isAdapterFolder(job, step)) {
          one(all, step, "init_adapter", Wants.ADAPTER);
        }
      }
      case MERGE -> MergeReferences.collect(body, step.path(""), all);
      case QUANTIZE -> one(all, step, "model", Wants.MODEL);
      case EVALUATE -> {
        many(all, step, "models", Wants.MEASURED);
        for (Map.Entry<String, JsonNode> suite : body.path("suites").properties()) {
          if (suite.getValue().hasNonNull("dataset")) {
            String key = "suites." + suite.getKey() + ".dataset";
            String name = suite.getValue().get("dataset").asText();
            all.add(new Reference(name, step.path(key), Wants.DATASET));
          }
        }
      }
      case PUBLISH -> many(all, step, "artifacts", Wants.ARTIFACT);
    }
    return all;
  }

  /** Whether the initial adapter is a folder rather than a step. */
  static boolean isAdapterFolder(JobSpec job, StepSpec step) {
    String text = step.body().get("init_adapter").asText();
    return !job.steps().containsKey(text)
        && (text.contains("/") || text.startsWith(".") || Files.isDirectory(job.resolve(text)));
  }

  private static void one(List<Reference> all, StepSpec step, String key, Wants wants) {
    JsonNode value = step.body().get(key);
    if (value != null && value.isTextual()) {
      all.add(new Reference(value.asText(), step.path(key), wants));
    }
  }

  private static void many(List<Reference> all, StepSpec step, String key, Wants wants) {
    JsonNode list = step.body().path(key);
    for (int i = 0; i < list.size(); i++) {
      all.add(new Reference(list.get(i).asText(), step.path(key + "[" + i + "]"), wants));
    }
  }
}
