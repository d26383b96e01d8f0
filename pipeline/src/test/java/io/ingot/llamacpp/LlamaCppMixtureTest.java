package io.ingot.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.gguf.GgufWriter;
import io.ingot.gguf.convert.ConvertOptions;
import io.ingot.gguf.convert.Converter;
import io.ingot.gguf.convert.OutType;
import io.ingot.merge.MergeFacts;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.moe.MoeBuilder;
import io.ingot.merge.moe.MoeRecipeReader;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.train.decoder.LayerInputs;
import io.ingot.train.tokenizer.PromptEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mixtures whose experts are all one model answer in llama.cpp as that model does. */
class LlamaCppMixtureTest {
  private static final Path BASE =
      Path.of(System.getProperty("ingot.root", ".."))
          .resolve("jobs/quickstart/hub/ingot/tiny-base");
  private static final List<String> PROMPTS =
      List.of("The garden center sells", "A fern needs a place", "Every morning the shop");
  private static final int LONGEST = 12;

  @TempDir Path folder;

  private List<String> answers(Path model, String name) throws Exception {
    Path file = folder.resolve(name + ".gguf");
    try (ModelFolder opened = ModelFolder.open(model)) {
      GgufWriter.parallel(Progress.NONE)
          .write(
              file,
              Converter.convert(
                      opened,
                      ConvertOptions.of(OutType.F32).withPre(Optional.of("qwen2")),
                      Optional::empty)
                  .output());
    }
    try {
      return LlamaCpp.ask(file, PROMPTS, LONGEST).stream().map(LlamaCpp.Reply::answer).toList();
    } catch (LlamaCpp.Unavailable e) {
      Assumptions.abort(e.getMessage());
      throw e;
    }
  }

  private Path mixture(Path base, String more) throws Exception {
    StringBuilder recipe = new StringBuilder("base_model: " + base + "\nexperts:\n");
    for (String prompt : List.of("fern", "the cat", "1 2 3", "zebra")) {
      recipe.append("  - {source_model: %s, positive_prompts: ['%s']}\n".formatted(base, prompt));
    }
    recipe.append(more);
    var reading = MoeRecipeReader.read("moe.yml", recipe.toString(), true);
    Path out = folder.resolve("out" + more.length());
    try (MoeBuilder builder =
        MoeBuilder.open(
            Objects.requireNonNull(reading.recipe()),
            recipe.toString(),
            reference -> ModelFolder.open(Path.of(reference.path())),
            MergeOptions.defaults())) {
      builder.write(
          out,
          MergeFacts.NONE,
          new PromptEncoder(),
          new LayerInputs("cpu", Progress.NONE),
          Progress.NONE,
          Cancellation.NONE);
    }
    return out;
  }

  @Test
  void mixtralAnswersAsItsBase() throws Exception {
    List<String> wanted = answers(BASE, "base");
    assertThat(wanted).allSatisfy(answer -> assertThat(answer).isNotBlank());
    assertThat(answers(mixture(BASE, ""), "mixtral")).isEqualTo(wanted);
  }

  /** llama.cpp does not normalize the shares of this family: they sum to 1 when all are chosen. */
  @Test
  void qwenMoeAnswersAsItsBase() throws Exception {
    String shared =
        "experts_per_token: 4\nshared_experts: [{source_model: %s, positive_prompts: [x], residual_scale: 0}]"
            .formatted(BASE);
    assertThat(answers(mixture(BASE, shared), "qwen")).isEqualTo(answers(BASE, "base"));
  }
}
