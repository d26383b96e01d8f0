package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.job.JobSpec;
import io.ingot.job.StepKind;
import io.ingot.job.StepSpec;
import io.ingot.train.MemoryEstimate;
import io.ingot.train.Precision;
import io.ingot.train.data.DatasetStatistics;
import io.ingot.train.decoder.DecoderShape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** Estimates steps from config.json, file sizes and parameters, before anything is downloaded. */
final class Estimator {
  private static final long MEGABYTE = 1_000_000;

  /** Useful fp32 operations of a core in a second, on the careful side. */
  private static final double CORE_SPEED = 2e10;

  /** Operations per weight and token: forward, and backward without gradients of frozen weights. */
  private static final int TRAINING = 4;

  private static final int FORWARD = 2;

  private static final String ACTIVATIONS = "activations";

  /** Bits of a weight in a GGUF file, scales included; others count as 5. */
  private static final Map<String, Double> BITS =
      Map.ofEntries(
          Map.entry("F32", 32.0),
          Map.entry("F16", 16.0),
          Map.entry("BF16", 16.0),
          Map.entry("Q8_0", 8.5),
          Map.entry("Q6_K", 6.6),
          Map.entry("Q5_K_M", 5.7),
          Map.entry("Q5_K_S", 5.6),
          Map.entry("Q4_K_M", 4.9),
          Map.entry("Q4_K_S", 4.6),
          Map.entry("Q3_K_M", 3.9),
          Map.entry("Q2_K", 3.0));

  private final JobSpec job;
  private final Map<String, PinnedModel> models;
  private final Map<String, PinnedDataset> datasets;
  private final Map<String, DatasetStatistics> measured;
  private final int cores;
  private final Roots roots;

  /**
   * An estimator.
   *
   * @param measured figures of the datasets by finetune step, as far as they were counted
   */
  Estimator(
      JobSpec job,
      Map<String, PinnedModel> models,
      Map<String, PinnedDataset> datasets,
      Map<String, DatasetStatistics> measured,
      int cores) {
    this.job = job;
    this.models = models;
    this.datasets = datasets;
    this.measured = measured;
    this.cores = cores;
    this.roots = new Roots(job, models);
  }

  /**
   * Estimates of the steps of the job and of its pulls, by name.
   *
   * @throws IngotException INVALID when a model that is to be trained or measured has an
   *     architecture that cannot be run
   */
  SequencedMap<String, Estimate> all() {
    SequencedMap<String, Estimate> all = new LinkedHashMap<>();
    models.values().forEach(model -> all.put(model.pull(), pull(model)));
    for (StepSpec step : job.steps().values()) {
      switch (step.kind()) {
        case FINETUNE -> all.put(step.name(), finetune(step));
        case MERGE -> all.put(step.name(), merge(step));
        case QUANTIZE -> all.put(step.name(), quantize(step));
        case EVALUATE -> all.put(step.name(), evaluate(step));
        case PUBLISH -> {}
      }
    }
    return all;
  }

  private static Estimate pull(PinnedModel model) {
    long bytes = model.sizes().values().stream().mapToLong(Long::longValue).sum();
    return new Estimate(new LinkedHashMap<>(), model.repo().isPresent() ? bytes : 0, bytes / 5e7);
  }

  private Estimate finetune(StepSpec step) {
    JsonNode body = step.body();
    PinnedModel root = roots.of(body.get("model").asText());
    DecoderShape shape = shape(root, step);
    JsonNode train = body.get("train");
    int rank = body.path("lora").path("rank").asInt(16);
    DatasetStatistics figures = measured.get(step.name());
    long longest = train.get("max_length").asLong();
    if (figures != null) {
      longest = Math.min(longest, figures.longest());
    }
    long tokens = Math.min(train.get("batch_size").asLong() * longest, 1L << 40);
    MemoryEstimate memory = MemoryEstimate.lora(config(root), precision(train), rank, tokens);
    SequencedMap<String, Long> terms = new LinkedHashMap<>();
    terms.put("weights", memory.weights());
    terms.put("adapter and optimizer", memory.adapter());
    terms.put(ACTIVATIONS, memory.activations());
    terms.put("logits", memory.logits());
    terms.put("libtorch", memory.fixed());
    double seen = tokensOf(body.get("dataset").asText()) * train.path("epochs").asDouble(1);
    if (train.has("max_steps")) {
      seen =
          Math.min(tokens * train.path("gradient_accumulation").asDouble(1), seen)
              * train.get("max_steps").asDouble();
    }
    return new Estimate(
        terms,
        4L * rank * shape.linearWidths(),
        TRAINING * (double) shape.parameters() * seen / speed());
  }

  private Estimate merge(StepSpec step) {
    List<String> inputs = new ArrayList<>();
    References.of(job, step).forEach(reference -> inputs.add(reference.name()));
    long weights = inputs.stream().findFirst().map(this::weightsOf).orElse(0L);
    long tensor =
        inputs.stream()
            .findFirst()
            .map(name -> roots.of(MergeSource.own(job, name)))
            .map(model -> greatestTensor(model.config()))
            .orElse(0L);
    SequencedMap<String, Long> terms = new LinkedHashMap<>();
    terms.put("tensors at work", 4 * tensor * (inputs.size() + 2) * Math.min(cores, 4));
    terms.put("program", 300 * MEGABYTE);
    long scale = step.body().path("out_dtype").asText().equals("float32") ? 2 : 1;
    return new Estimate(terms, weights * scale, weights * (inputs.size() + 1) / 3e8);
  }

  private Estimate quantize(StepSpec step) {
    long parameters = weightsOf(step.body().get("model").asText()) / 2;
    long bytes = 0;
    for (JsonNode type : step.body().get("types")) {
      bytes += (long) (parameters * BITS.getOrDefault(type.asText(), 5.0) / 8);
    }
    SequencedMap<String, Long> terms = new LinkedHashMap<>();
    terms.put("program", 500 * MEGABYTE);
    return new Estimate(
        terms, bytes, parameters * (double) step.body().get("types").size() / 3e7 / cores);
  }

  private Estimate evaluate(StepSpec step) {
    long greatest = 0;
    double operations = 0;
    for (JsonNode name : step.body().get("models")) {
      StepSpec target = job.steps().get(name.asText());
      int files =
          target != null && target.kind() == StepKind.QUANTIZE
              ? target.body().get("types").size()
              : 1;
      DecoderShape shape = shape(roots.of(name.asText()), step);
      greatest = Math.max(greatest, shape.parameters() * 4);
      for (Map.Entry<String, JsonNode> suite : step.body().get("suites").properties()) {
        operations +=
            FORWARD
                * (double) shape.parameters()
                * tokensOf(suite.getValue().get("dataset").asText())
                * files;
      }
    }
    SequencedMap<String, Long> terms = new LinkedHashMap<>();
    terms.put("weights", greatest);
    terms.put("libtorch", 600 * MEGABYTE);
    return new Estimate(terms, MEGABYTE, operations / speed());
  }

  private double speed() {
    return CORE_SPEED * cores;
  }

  private static Precision precision(JsonNode train) {
    return switch (train.path("precision").asText()) {
      case "bf16" -> Precision.BF16;
      case "fp32" -> Precision.FP32;
      default -> Files.exists(Path.of("/dev/nvidia0")) ? Precision.BF16 : Precision.FP32;
    };
  }

  /** Tokens of a dataset: about four bytes each. */
  private double tokensOf(String dataset) {
    PinnedDataset data = datasets.get(dataset);
    return data == null ? 0 : data.bytes() / 4.0;
  }

  /** Bytes of the weights of a model, whatever makes it. */
  private long weightsOf(String name) {
    return roots.of(MergeSource.own(job, name)).weightBytes();
  }

  private DecoderShape shape(PinnedModel model, StepSpec step) {
    try {
      return DecoderShape.read(config(model));
    } catch (IngotException e) {
      String path = "models." + model.name();
      throw IngotException.invalid(
          job.place(path)
              + ": error: "
              + path
              + ": cannot be used by "
              + step.kind().word()
              + " step '"
              + step.name()
              + "': "
              + e.getMessage());
    }
  }

  private static ObjectNode config(PinnedModel model) {
    if (model.config() instanceof ObjectNode config) {
      return config;
    }
    throw IngotException.invalid("model '" + model.name() + "': config.json is no JSON object");
  }

  /** Elements of the greatest matrix: the embedding, or one of the feed-forward part. */
  private static long greatestTensor(JsonNode root) {
    JsonNode config = root.path("text_config").isObject() ? root.path("text_config") : root;
    long hidden = config.path("hidden_size").asLong(0);
    return hidden
        * Math.max(config.path("vocab_size").asLong(0), config.path("intermediate_size").asLong(0));
  }

  /**
   * The first step that needs more memory than there is. Activations count only where the rows were
   * measured: a limit of length that no row reaches costs nothing.
   */
  static Optional<String> excess(
      JobSpec job, SequencedMap<String, Estimate> estimates, long memory, boolean measured) {
    for (Map.Entry<String, Estimate> entry : estimates.entrySet()) {
      Estimate estimate = entry.getValue();
      long unsure = measured ? 0 : estimate.terms().getOrDefault(ACTIVATIONS, 0L);
      if (estimate.memory() - unsure > memory && !onGpu(job, entry.getKey())) {
        return Optional.of(
            job.place("steps." + entry.getKey())
                + ": error: steps."
                + entry.getKey()
                + ": needs about "
                + Estimate.bytes(estimate.memory())
                + " of memory, this machine has "
                + Estimate.bytes(memory)
                + " ("
                + estimate.explained()
                + "); "
                + remedy(job, entry.getKey()));
      }
    }
    return Optional.empty();
  }

  private static boolean onGpu(JobSpec job, String name) {
    StepSpec step = job.steps().get(name);
    if (step == null) {
      return false;
    }
    JsonNode body = step.body();
    return StepPlanner.pool(
            step.kind(), body.path("train").path("device").asText(body.path("device").asText()))
        .equals("gpu");
  }

  private static String remedy(JobSpec job, String name) {
    StepSpec step = job.steps().get(name);
    return step != null && step.kind() == StepKind.FINETUNE
        ? "smaller are train.precision: bf16, train.batch_size with gradient_accumulation,"
            + " train.max_length, lora.rank, or a smaller model"
        : "take a smaller model or a larger machine";
  }
}
