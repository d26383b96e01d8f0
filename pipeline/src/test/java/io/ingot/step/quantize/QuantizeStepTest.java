package io.ingot.step.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.gguf.GgufFile;
import io.ingot.gguf.GgufModel;
import io.ingot.hub.Hub;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Progress;
import io.ingot.step.Approval;
import io.ingot.step.EffectJournal;
import io.ingot.step.Parameters;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.step.StepOutcome;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizeStepTest {
  private static final Path BASE =
      Path.of(System.getProperty("ingot.root", ".."))
          .resolve("jobs/quickstart/hub/ingot/tiny-base");

  @TempDir Path folder;

  @Test
  void writesOneFileForEachType() throws Exception {
    StepOutcome outcome =
        new QuantizeStep()
            .run(
                context(new QuantizeParameters(List.of("F16", "Q8_0", "q4_k_m"), "qwen2", "tiny")));
    assertThat(outcome).isInstanceOf(StepOutcome.Done.class);
    JsonNode listing = new ObjectMapper().readTree(folder.resolve("quantization.json").toFile());
    assertThat(listing.get("files")).hasSize(3);
    for (JsonNode entry : listing.get("files")) {
      Path file = folder.resolve(entry.get("file").asText());
      assertThat(file).hasSize(entry.get("bytes").asLong());
      assertThat(entry.get("sha256").asText()).hasSize(64);
    }
    try (GgufFile file = GgufFile.open(folder.resolve("tiny-Q4_K_M.gguf"))) {
      assertThat(file.value("general.name").orElseThrow().text()).isEqualTo("Tiny");
      assertThat(file.value("general.file_type").orElseThrow().integer()).isEqualTo(15);
    }
    assertThat(Files.list(folder).map(f -> f.getFileName().toString()))
        .containsExactlyInAnyOrder(
            "tiny-F16.gguf", "tiny-Q8_0.gguf", "tiny-Q4_K_M.gguf", "quantization.json");
  }

  @Test
  void whatItWritesIsReadBackUnderTheNamesOfTheHub() throws Exception {
    new QuantizeStep().run(context(new QuantizeParameters(List.of("BF16"), "qwen2", "tiny")));
    try (ModelFolder original = ModelFolder.open(BASE);
        GgufModel read = GgufModel.open(folder.resolve("tiny-BF16.gguf"))) {
      assertThat(read.weights().tensors().keySet())
          .containsExactlyInAnyOrderElementsOf(original.weights().tensors().keySet());
      for (TensorInfo info : original.weights().tensors().values()) {
        assertThat(read.weights().info(info.name()).shape()).isEqualTo(info.shape());
        assertSameValues(
            info, original.weights().data(info.name()), read.weights().data(info.name()));
      }
      for (String key :
          List.of(
              "hidden_size",
              "num_hidden_layers",
              "num_attention_heads",
              "num_key_value_heads",
              "intermediate_size",
              "rms_norm_eps",
              "vocab_size",
              "max_position_embeddings",
              "tie_word_embeddings")) {
        assertThat(read.config().get(key).asText())
            .as(key)
            .isEqualTo(original.config().get(key).asText());
      }
      assertThat(read.tokenizer().tokens()).hasSize(read.config().get("vocab_size").asInt());
      assertThat(read.tokenizer().pre()).isEqualTo("qwen2");
      assertThat(read.tokenizer().chatTemplate()).isPresent();
    }
  }

  private static void assertSameValues(
      TensorInfo info, MemorySegment expected, MemorySegment read) {
    assertThat(info.dtype()).isEqualTo(DType.BF16);
    ValueLayout.OfShort half = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfInt word = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < info.elements(); i++) {
      if (read.get(word, 4 * i) != expected.get(half, 2 * i) << 16) {
        throw new AssertionError(info.name() + " differs at " + i);
      }
    }
  }

  @Test
  void namesTheTypesWhenOneIsUnknown() {
    assertThatThrownBy(
            () ->
                new QuantizeStep()
                    .run(context(new QuantizeParameters(List.of("Q4_K_XL"), "qwen2", "tiny"))))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("Q4_K_XL")
        .hasMessageContaining("Q4_K_M");
  }

  @Test
  void asksForThePreTokenizerWhenItCannotBeTold() {
    assertThatThrownBy(
            () ->
                new QuantizeStep()
                    .run(context(new QuantizeParameters(List.of("F16"), null, "tiny"))))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("pre");
  }

  private StepContext context(QuantizeParameters parameters) {
    SequencedMap<String, StepInput> inputs = new LinkedHashMap<>();
    inputs.put("model", new StepInput("model", "0", BASE, "external"));
    return new StepContext() {
      @Override
      public String step() {
        return "gguf";
      }

      @Override
      public JsonNode parameters() {
        return Parameters.encode(parameters);
      }

      @Override
      public SequencedMap<String, StepInput> inputs() {
        return inputs;
      }

      @Override
      public Path output() {
        return folder;
      }

      @Override
      public Path scratch() {
        return folder;
      }

      @Override
      public Progress progress() {
        return Progress.NONE;
      }

      @Override
      public void checkCancelled() {}

      @Override
      public Hub hub() {
        throw new IllegalStateException("a quantize step needs no hub");
      }

      @Override
      public Optional<Approval> approval(String subjectDigest) {
        return Optional.empty();
      }

      @Override
      public EffectJournal effects() {
        throw new IllegalStateException("a quantize step has no effects");
      }
    };
  }
}
