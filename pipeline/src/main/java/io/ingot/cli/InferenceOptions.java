package io.ingot.cli;

import io.ingot.model.Model;
import io.ingot.step.ModelOpener;
import io.ingot.step.ModelSource;
import io.ingot.step.ModelText;
import io.ingot.train.LanguageModel;
import io.ingot.train.Precision;
import io.ingot.train.decoder.TorchLanguageModel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a model is loaded to run it. */
final class InferenceOptions {
  private static final int UNLIMITED = 1 << 20;

  @Option(names = "--base", paramLabel = "DIR", description = "The base of an adapter.")
  @Nullable Path base;

  @Option(
      names = "--precision",
      defaultValue = "fp32",
      description = "fp32 or bf16 (default: ${DEFAULT-VALUE}).")
  Precision precision = Precision.FP32;

  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "auto, cpu, gpu or gpu:N (default: ${DEFAULT-VALUE}).")
  String device = "auto";

  /**
   * A model that is ready to run.
   *
   * @param longest tokens that it can see
   */
  record Running(ModelText text, LanguageModel model, int longest) implements AutoCloseable {
    @Override
    public void close() {
      text.close();
      model.close();
    }
  }

  Running open(Path path) {
    ModelSource source = ModelSource.of(path, base);
    ModelText text = ModelText.open(source);
    try (Model model = ModelOpener.open(source)) {
      return new Running(
          text,
          TorchLanguageModel.load(model, precision, device),
          model.config().path("max_position_embeddings").asInt(UNLIMITED));
    } catch (RuntimeException e) {
      text.close();
      throw e;
    }
  }
}
