package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.job.DatasetEntry;
import io.ingot.job.DatasetFormat;
import io.ingot.job.JobSpec;
import io.ingot.job.Problems;
import io.ingot.job.StepSpec;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keys of a finetune step that do not go together. */
final class FinetuneCheck {
  private FinetuneCheck() {}

  static void check(JobSpec job, StepSpec step, Problems problems) {
    JsonNode body = step.body();
    boolean full = body.path("method").asText().equals("full");
    if (full && job.wrote(step.path("lora"))) {
      add(job, problems, step.path("lora"), "has no meaning with method: full");
    }
    if (body.hasNonNull("init_adapter")) {
      if (full) {
        add(job, problems, step.path("init_adapter"), "has no meaning with method: full");
      }
      if (References.isAdapterFolder(job, step)) {
        adapter(job, step, problems);
      }
    }
    JsonNode betas = body.path("optimizer").path("betas");
    if (betas.isArray() && betas.size() != 2) {
      add(job, problems, step.path("optimizer.betas"), "expected two numbers");
    }
    objective(job, step, "dataset", problems);
    objective(job, step, "validation", problems);
  }

  private static void adapter(JobSpec job, StepSpec step, Problems problems) {
    Path folder = job.resolve(step.body().get("init_adapter").asText());
    if (!Files.isDirectory(folder)) {
      add(job, problems, step.path("init_adapter"), "there is no folder or step " + folder);
    } else if (!Files.isRegularFile(folder.resolve("adapter_config.json"))) {
      add(
          job,
          problems,
          step.path("init_adapter"),
          folder + " is no PEFT adapter: adapter_config.json is missing");
    }
  }

  /** Preferences need pairs, kto needs labels, everything else needs neither. */
  private static void objective(JobSpec job, StepSpec step, String key, Problems problems) {
    JsonNode name = step.body().get(key);
    DatasetEntry dataset = name == null ? null : job.datasets().get(name.asText());
    if (dataset == null || dataset.format() == null) {
      return;
    }
    DatasetFormat format = dataset.format();
    String objective = step.body().path("objective").path("name").asText();
    String path = step.path(key);
    DatasetFormat needed =
        switch (objective) {
          case "dpo", "orpo", "simpo", "reward" -> DatasetFormat.PREFERENCE;
          case "kto" -> DatasetFormat.KTO;
          default -> format;
        };
    if (format != needed) {
      add(
          job,
          problems,
          path,
          "objective "
              + objective
              + " needs format "
              + needed.word()
              + ", dataset '"
              + name.asText()
              + "' has "
              + format.word());
    } else if (!objective.equals("kto") && format == DatasetFormat.KTO
        || objective.matches("sft|pretrain") && format == DatasetFormat.PREFERENCE) {
      add(
          job,
          problems,
          path,
          "objective " + objective + " cannot learn from format " + format.word());
    }
    String lossOn = step.body().path("train").path("loss_on").asText("all");
    boolean chat = format == DatasetFormat.MESSAGES || format == DatasetFormat.SHAREGPT;
    if (lossOn.equals("assistant") && !chat
        || lossOn.equals("completion")
            && (format == DatasetFormat.TEXT || format == DatasetFormat.TOKENS)) {
      add(
          job,
          problems,
          step.path("train.loss_on"),
          "format "
              + format.word()
              + " of dataset '"
              + name.asText()
              + "' has no "
              + lossOn
              + " part; expected "
              + format.lossOn());
    }
  }

  private static void add(JobSpec job, Problems problems, String path, String message) {
    problems.add(job.place(path), path, message);
  }
}
