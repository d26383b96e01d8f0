package io.ingot.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.job.schema.RecordSchema;
import io.ingot.job.schema.Schema;
import io.ingot.job.schema.Schema.Key;
import io.ingot.step.Default;
import io.ingot.step.Doc;
import io.ingot.step.evaluate.EvaluateParameters;
import io.ingot.step.finetune.FinetuneParameters;
import io.ingot.step.publish.PublishParameters;
import io.ingot.step.quantize.QuantizeParameters;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The kinds of steps that a job file can hold. */
public enum StepKind {
  FINETUNE("Trains an adapter, or a whole model, on a dataset."),
  MERGE("Merges models; exactly mergekit's YAML."),
  QUANTIZE("Writes a model as GGUF files."),
  EVALUATE("Measures models on suites and holds them against gates."),
  PUBLISH("Uploads a reviewed artifact, or writes it to a folder.");

  private final String doc;

  StepKind(String doc) {
    this.doc = doc;
  }

  /** The key in the job file. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What the step reads; also where it is one of many that a matrix made. */
  Key key() {
    return new Key(schema(), doc, false, false, Optional.empty());
  }

  private Schema schema() {
    return switch (this) {
      case FINETUNE ->
          RecordSchema.of(FinetuneInputs.class).and(RecordSchema.of(FinetuneParameters.class));
      case MERGE ->
          new Schema.Tree("mergekit's YAML; names of models and steps are references", RECIPE);
      case QUANTIZE ->
          RecordSchema.of(QuantizeInputs.class).and(RecordSchema.of(QuantizeParameters.class));
      case EVALUATE -> RecordSchema.of(EvaluateParameters.class);
      case PUBLISH ->
          RecordSchema.of(PublishInputs.class).and(RecordSchema.of(PublishParameters.class));
    };
  }

  /** Keys of a recipe; {@link io.ingot.merge.recipe.RecipeReader} reads and judges them. */
  static final List<String> RECIPE =
      List.of(
          "merge_method",
          "models",
          "slices",
          "modules",
          "base_model",
          "parameters",
          "dtype",
          "out_dtype",
          "tokenizer_source",
          "tokenizer",
          "chat_template");

  /** What a finetune step refers to. */
  @Doc("Trains an adapter, or a whole model, on a dataset.")
  public record FinetuneInputs(
      @Doc("Name of a model or step of this job.") String model,
      @Doc("Name of a dataset of this job.") String dataset,
      @Doc("Name of a dataset to measure the loss on.") @Nullable String validation,
      @Doc("Adapter to continue from: a PEFT folder, or a finetune step of this job.")
          @Nullable String initAdapter) {}

  /** What a quantize step refers to. */
  @Doc("Writes a model as GGUF files.")
  public record QuantizeInputs(@Doc("Name of a model or step of this job.") String model) {}

  /** What a publish step refers to. */
  @Doc("Uploads a reviewed artifact, or writes it to a folder.")
  public record PublishInputs(
      @Doc("Steps whose artifacts are published together.") List<String> artifacts,
      @Doc("Texts of the card that only a person can write.") CardTexts card,
      @Doc("Whether a person must approve; none only where configs/policy.yaml allows it.")
          @Default("required")
          Review review) {}

  /** Whether a person must approve. */
  public enum Review {
    REQUIRED,
    NONE
  }

  /** The kind of a step as it was read. */
  static Optional<StepKind> of(JsonNode step) {
    for (StepKind kind : values()) {
      if (step.has(kind.word())) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
