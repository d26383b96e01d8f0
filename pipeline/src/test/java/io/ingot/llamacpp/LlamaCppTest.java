package io.ingot.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.gguf.GgufModel;
import io.ingot.gguf.GgufWriter;
import io.ingot.gguf.convert.Conversion;
import io.ingot.gguf.convert.ConvertOptions;
import io.ingot.gguf.convert.Converter;
import io.ingot.gguf.convert.OutType;
import io.ingot.gguf.mix.FileType;
import io.ingot.gguf.mix.QuantizeInput;
import io.ingot.gguf.mix.QuantizeOptions;
import io.ingot.gguf.mix.Quantizer;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Progress;
import io.ingot.step.ModelSource;
import io.ingot.step.ModelText;
import io.ingot.train.Precision;
import io.ingot.train.decoder.TorchLanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real llama.cpp loads our files, sees our tokens, and answers as we do. */
class LlamaCppTest {
  private static final Path QUICKSTART =
      Path.of(System.getProperty("ingot.root", "..")).resolve("jobs/quickstart");
  private static final int PROMPTS = 50;
  private static final int LONGEST = 24;

  @TempDir Path folder;

  @Test
  void answersLikeOurselvesFromF16() throws Exception {
    Path file = write(OutType.F16, Optional.empty());
    List<String> prompts = prompts();
    List<LlamaCpp.Reply> replies = ask(file, prompts);
    assertThat(replies).hasSize(PROMPTS);
    int same = 0;
    try (ModelText text = ModelText.open(new ModelSource.Gguf(file));
        GgufModel model = GgufModel.open(file);
        TorchLanguageModel language = TorchLanguageModel.load(model, Precision.FP32, "cpu")) {
      List<int[]> ids = new ArrayList<>();
      for (int i = 0; i < PROMPTS; i++) {
        int[] own = text.tokenizer().ids(prompts.get(i), true);
        assertThat(own)
            .as(prompts.get(i))
            .containsExactly(
                replies.get(i).tokens().stream().mapToInt(Integer::intValue).toArray());
        ids.add(own);
      }
      List<int[]> answers = language.generate(ids, LONGEST, text.stops());
      for (int i = 0; i < PROMPTS; i++) {
        String own = text.tokenizer().decode(answers.get(i), true);
        same += own.strip().equals(replies.get(i).answer().strip()) ? 1 : 0;
      }
    }
    assertThat(same).as("equal answers of " + PROMPTS).isGreaterThanOrEqualTo(PROMPTS * 95 / 100);
  }

  @Test
  void loadsWhatWeQuantize() throws Exception {
    Path file = write(OutType.BF16, Optional.of(FileType.Q4_K_M));
    List<LlamaCpp.Reply> replies = ask(file, prompts().subList(0, 3));
    assertThat(replies).allSatisfy(reply -> assertThat(reply.answer()).isNotBlank());
  }

  private static List<LlamaCpp.Reply> ask(Path file, List<String> prompts) throws Exception {
    try {
      return LlamaCpp.ask(file, prompts, LONGEST);
    } catch (LlamaCpp.Unavailable e) {
      Assumptions.abort(e.getMessage());
      throw e;
    }
  }

  private Path write(OutType type, Optional<FileType> quantized) throws InterruptedException {
    try (ModelFolder model = ModelFolder.open(QUICKSTART.resolve("hub/ingot/tiny-base"))) {
      Conversion conversion =
          Converter.convert(
              model, ConvertOptions.of(type).withPre(Optional.of("qwen2")), Optional::empty);
      Path file = folder.resolve("model.gguf");
      GgufWriter.parallel(Progress.NONE)
          .write(
              file,
              quantized
                  .map(
                      to ->
                          Quantizer.plan(
                                  QuantizeInput.of(conversion.output()),
                                  QuantizeOptions.of(to),
                                  false)
                              .outputs()
                              .getFirst())
                  .orElse(conversion.output()));
      return file;
    }
  }

  /** The first half of lines of a text like those that the model was made of. */
  private static List<String> prompts() throws IOException {
    return Files.readAllLines(QUICKSTART.resolve("data/corpus.heldout.txt")).stream()
        .filter(line -> line.length() > 60)
        .map(line -> line.substring(0, line.indexOf(' ', 40)))
        .limit(PROMPTS)
        .toList();
  }
}
