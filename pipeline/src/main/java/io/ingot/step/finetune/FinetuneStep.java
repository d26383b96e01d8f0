package io.ingot.step.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import io.ingot.adapter.Adapter;
import io.ingot.error.IngotException;
import io.ingot.model.BoundedJson;
import io.ingot.model.Model;
import io.ingot.step.ModelOpener;
import io.ingot.step.Parameters;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.step.StepOutcome;
import io.ingot.train.Precision;
import io.ingot.train.adapter.LoraAdapter;
import io.ingot.train.adapter.LoraSettings;
import io.ingot.train.adapter.PeftFiles;
import io.ingot.train.decoder.Decoder;
import io.ingot.train.torch.TorchDevice;
import io.ingot.train.trainer.TokenBatch;
import io.ingot.train.trainer.Trainer;
import io.ingot.train.trainer.TrainingOptions;
import io.ingot.train.trainer.TrainingPlan;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/**
 * Trains a LoRA adapter over a model. The artifact is the adapter in PEFT's format, metrics.jsonl
 * and training.json with the facts for the card.
 */
public final class FinetuneStep implements Step {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String kind() {
    return "finetune";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public boolean isolated() {
    return true;
  }

  @Override
  public SortedMap<String, String> unsupported(JsonNode parameters) {
    return FinetuneLimits.of(Parameters.decode(parameters, FinetuneParameters.class));
  }

  @Override
  public StepOutcome run(StepContext context) throws IOException, InterruptedException {
    FinetuneParameters parameters =
        Parameters.decode(context.parameters(), FinetuneParameters.class);
    FinetuneLimits.of(parameters)
        .forEach(
            (key, reason) -> {
              throw IngotException.invalid("finetune." + key + ": " + reason);
            });
    TorchDevice device = TorchDevice.of(parameters.train().device());
    try (Model model = ModelOpener.open(context.model("model"))) {
      TrainingRows rows = TrainingRows.read(context, parameters, model);
      Precision precision = precision(parameters, device);
      if (!device.isGpu()) {
        TrainingSetup.memory(model.config(), precision, parameters, rows).check(memory());
      }
      try (Decoder decoder = Decoder.load(model.config(), model.weights(), precision, device)) {
        rows.check(decoder.shape());
        return train(context, parameters, decoder, rows);
      }
    }
  }

  /** Bytes of the machine, or of its container. */
  private static long memory() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  private static Precision precision(FinetuneParameters parameters, TorchDevice device) {
    return switch (parameters.train().precision()) {
      case FP32 -> Precision.FP32;
      case BF16 -> Precision.BF16;
      case AUTO -> device.prefersBfloat16() ? Precision.BF16 : Precision.FP32;
    };
  }

  private static StepOutcome train(
      StepContext context, FinetuneParameters parameters, Decoder decoder, TrainingRows rows)
      throws IOException, InterruptedException {
    List<TokenBatch> units = rows.units(parameters.train());
    TrainingPlan plan = TrainingSetup.plan(parameters.train(), units.size());
    Path scratch = Files.createDirectories(context.scratch());
    Start start = start(context, parameters, decoder);
    try (LoraAdapter adapter = start.adapter()) {
      TrainingOptions options =
          TrainingSetup.options(parameters, plan, start.dropout(), decoder.shape(), units);
      Trainer trainer =
          new Trainer(
              decoder, adapter, options, plan, units, rows.validation(), context.progress());
      Trainer.Result result =
          trainer.run(scratch, key(context, decoder.device()), context::checkCancelled);
      PeftFiles.write(context.output(), start.config(), adapter);
      Files.copy(scratch.resolve("metrics.jsonl"), context.output().resolve("metrics.jsonl"));
      ObjectNode facts = TrainingSetup.facts(parameters, rows, plan, result, adapter.size());
      Files.writeString(
          context.output().resolve("training.json"),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(facts) + "\n");
      return StepOutcome.done(
          String.format(
              Locale.ROOT,
              "%d steps, %d trained tokens, loss %.4f",
              result.steps(),
              result.trainedTokens(),
              result.finalLoss()));
    }
  }

  /** The adapter that training begins with, and the configuration to write with it. */
  private record Start(LoraAdapter adapter, ObjectNode config, double dropout) {}

  private static Start start(StepContext context, FinetuneParameters parameters, Decoder decoder) {
    StepInput initial = context.inputs().get("init_adapter");
    if (initial == null) {
      LoraSettings settings = TrainingSetup.lora(parameters);
      LoraAdapter adapter = LoraAdapter.fresh(decoder, settings, parameters.train().seed());
      ObjectNode config = PeftFiles.config(settings, adapter, decoder.weights().linears().keySet());
      return new Start(adapter, config, settings.dropout());
    }
    ObjectNode config = BoundedJson.read(initial.path().resolve("adapter_config.json"));
    try (Adapter opened = Adapter.open(initial.path())) {
      TrainingSetup.agree(parameters.lora(), opened, config);
      double dropout = config.path("lora_dropout").asDouble(0);
      return new Start(LoraAdapter.of(decoder, opened, dropout), config, dropout);
    }
  }

  /** Names the work, so that no checkpoint of other work is taken. */
  private static String key(StepContext context, TorchDevice device) {
    StringBuilder text = new StringBuilder(device.toString());
    context.inputs().forEach((name, input) -> text.append(' ').append(input.digest()));
    return text.append(' ').append(Parameters.canonical(context.parameters())).toString();
  }
}
