package io.ingot.step.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.adapter.Adapter;
import io.ingot.error.IngotException;
import io.ingot.train.MemoryEstimate;
import io.ingot.train.Precision;
import io.ingot.train.adapter.LoraSettings;
import io.ingot.train.adapter.ModuleSelector;
import io.ingot.train.decoder.DecoderShape;
import io.ingot.train.trainer.LearningRate;
import io.ingot.train.trainer.TokenBatch;
import io.ingot.train.trainer.Trainer;
import io.ingot.train.trainer.TrainingOptions;
import io.ingot.train.trainer.TrainingPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** From the parameters of the job to the values of the trainer. */
final class TrainingSetup {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TrainingSetup() {}

  static TrainingPlan plan(Train train, int units) {
    Integer steps = train.maxSteps();
    if (steps != null) {
      return new TrainingPlan(
          units,
          train.batchSize(),
          train.gradientAccumulation(),
          steps,
          train.shuffle(),
          train.seed());
    }
    Double epochs = train.epochs();
    return TrainingPlan.ofEpochs(
        units,
        train.batchSize(),
        train.gradientAccumulation(),
        epochs == null ? 1 : epochs,
        train.shuffle(),
        train.seed());
  }

  static TrainingOptions options(
      FinetuneParameters parameters,
      TrainingPlan plan,
      double dropout,
      DecoderShape shape,
      List<TokenBatch> units) {
    Optimizer optimizer = parameters.optimizer();
    LearningRate rate =
        new LearningRate(
            LearningRate.Curve.valueOf(optimizer.schedule().name()),
            optimizer.learningRate(),
            warmup(optimizer, plan.steps()),
            plan.steps());
    Double limit = optimizer.maxGradNorm();
    Double ratio = optimizer.loraplusLrRatio();
    return new TrainingOptions(
        rate,
        optimizer.betas().get(0),
        optimizer.betas().get(1),
        optimizer.eps(),
        optimizer.weightDecay(),
        limit == null ? 0 : limit,
        ratio == null ? 1 : ratio,
        dropout,
        parameters.train().seed(),
        parameters.train().checkpointEvery(),
        parameters.train().evaluateEvery(),
        recompute(shape, plan, units));
  }

  private static int warmup(Optimizer optimizer, int total) {
    Integer steps = optimizer.warmupSteps();
    Double share = optimizer.warmupRatio();
    if (steps != null) {
      return steps;
    }
    return share == null ? 0 : (int) Math.ceil(share * total);
  }

  /** Whether the activations of the greatest micro-batch are computed again. */
  private static boolean recompute(DecoderShape shape, TrainingPlan plan, List<TokenBatch> units) {
    return MemoryEstimate.recomputes(shape, greatest(units) * plan.batch());
  }

  private static long greatest(List<TokenBatch> units) {
    return units.stream().mapToLong(TokenBatch::tokens).max().orElse(0);
  }

  /** What the training will need. */
  static MemoryEstimate memory(
      ObjectNode config, Precision precision, FinetuneParameters parameters, TrainingRows rows) {
    Lora lora = parameters.lora();
    Integer rank = lora == null ? null : lora.rank();
    long tokens = greatest(rows.units(parameters.train())) * parameters.train().batchSize();
    return MemoryEstimate.lora(config, precision, rank == null ? 16 : rank, tokens);
  }

  /** The adapter to be made. */
  static LoraSettings lora(FinetuneParameters parameters) {
    Lora lora = parameters.lora();
    if (lora == null) {
      throw IngotException.invalid("finetune.lora is missing; set at least its rank");
    }
    int rank = lora.rank() == null ? 16 : lora.rank();
    JsonNode targets = lora.targets();
    JsonNode exclude = lora.exclude();
    JsonNode init = lora.init();
    LoraSettings.Start start = init == null ? LoraSettings.Start.KAIMING : start(init);
    return new LoraSettings(
        rank,
        lora.alpha() == null ? 2.0 * rank : lora.alpha(),
        lora.dropout() == null ? 0 : lora.dropout(),
        targets == null ? new ModuleSelector.AllLinear() : selector(targets),
        exclude == null ? null : selector(exclude),
        lora.variant() == Lora.Variant.RSLORA,
        lora.variant() == Lora.Variant.DORA,
        start == null ? LoraSettings.Start.KAIMING : start,
        ordered(lora.rankPattern()),
        ordered(lora.alphaPattern()),
        lora.layers() == null ? List.of() : lora.layers());
  }

  private static ModuleSelector selector(JsonNode node) {
    if (node.isTextual()) {
      return ModuleSelector.of(node.textValue());
    }
    List<String> names = new ArrayList<>();
    node.forEach(n -> names.add(n.asText()));
    return new ModuleSelector.Names(names);
  }

  /** How A and B begin; null where PEFT's name is not known here. */
  static LoraSettings.@Nullable Start start(JsonNode init) {
    return switch (init.asText()) {
      case "true" -> LoraSettings.Start.KAIMING;
      case "false" -> LoraSettings.Start.RANDOM;
      case "gaussian" -> LoraSettings.Start.GAUSSIAN;
      default -> null;
    };
  }

  private static <T> SequencedMap<String, T> ordered(@Nullable Map<String, T> map) {
    return map == null ? new LinkedHashMap<>() : new LinkedHashMap<>(map);
  }

  /** What the user wrote beside an initial adapter must be what the adapter says. */
  static void agree(@Nullable Lora lora, Adapter start, ObjectNode config) {
    if (lora == null) {
      return;
    }
    agree("rank", lora.rank(), start.config().rank(), start);
    agree("alpha", lora.alpha(), start.config().alpha(), start);
    agree("dropout", lora.dropout(), config.path("lora_dropout").asDouble(0), start);
    Lora.Variant variant = lora.variant();
    if (variant != null) {
      Lora.Variant actual =
          start.config().dora()
              ? Lora.Variant.DORA
              : start.config().rankStabilized() ? Lora.Variant.RSLORA : Lora.Variant.LORA;
      agree("variant", variant, actual, start);
    }
  }

  private static void agree(String key, @Nullable Object given, Object actual, Adapter start) {
    if (given != null && !given.equals(actual)) {
      throw IngotException.invalid(
          "finetune.lora.%s is %s, but the adapter to go on from (%s) has %s; leave it out"
              .formatted(key, given, start.folder(), actual));
    }
  }

  /** training.json: what the card tells, without times. */
  static ObjectNode facts(
      FinetuneParameters parameters,
      TrainingRows rows,
      TrainingPlan plan,
      Trainer.Result result,
      long trainable) {
    ObjectNode facts = JSON.createObjectNode();
    facts.put("method", parameters.method().name().toLowerCase(Locale.ROOT));
    facts.put("rows", rows.rows().size());
    facts.put("rows_left_out", rows.dropped());
    facts.put("tokens", result.tokens());
    facts.put("trained_tokens", result.trainedTokens());
    facts.put("steps", result.steps());
    facts.put("epochs", plan.epochs(result.steps()));
    facts.put("trainable_parameters", trainable);
    facts.put("final_loss", result.finalLoss());
    Optimizer optimizer = parameters.optimizer();
    Train train = parameters.train();
    ObjectNode hyper = facts.putObject("hyperparameters");
    Lora lora = parameters.lora();
    if (lora != null) {
      hyper.putPOJO("lora_rank", lora.rank());
      hyper.putPOJO("lora_alpha", lora.alpha());
      hyper.putPOJO("lora_dropout", lora.dropout());
      hyper.set("lora_targets", lora.targets());
    }
    hyper.put("optimizer", optimizer.name().name().toLowerCase(Locale.ROOT));
    hyper.put("learning_rate", optimizer.learningRate());
    hyper.put("schedule", optimizer.schedule().name().toLowerCase(Locale.ROOT));
    hyper.put("warmup_steps", warmup(optimizer, plan.steps()));
    hyper.put("weight_decay", optimizer.weightDecay());
    hyper.putPOJO("max_grad_norm", optimizer.maxGradNorm());
    hyper.put("batch_size", train.batchSize());
    hyper.put("gradient_accumulation", train.gradientAccumulation());
    hyper.put("max_length", train.maxLength());
    hyper.put("packing", train.packing());
    hyper.put("precision", train.precision().name().toLowerCase(Locale.ROOT));
    hyper.put("seed", train.seed());
    return facts;
  }
}
