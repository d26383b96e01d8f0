package io.ingot.step.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.progress.Progress;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.step.Approval;
import io.ingot.step.EffectJournal;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.step.StepOutcome;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The merge step over inputs as the engine gives them. */
class MergeStepTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WEIGHT = "model.layers.0.mlp.up_proj";

  @TempDir Path root;
  private final SequencedMap<String, StepInput> inputs = new LinkedHashMap<>();

  @BeforeEach
  void models() throws IOException {
    model("base", 1);
    model("other", 3);
    Path adapter = Files.createDirectories(root.resolve("tuned"));
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        "{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 1, \"target_modules\": [\"up_proj\"]}");
    tensor(adapter.resolve("adapter_model.safetensors"), List.of(1L, 2L), List.of(2L, 1L));
    input("tuned", "finetune");
    inputs.put("tuned/base", new StepInput("tuned/base", "0", root.resolve("base"), "pull"));
  }

  private void input(String name, String kind) {
    inputs.put(name, new StepInput(name, "0", root.resolve(name), kind));
  }

  private void model(String name, float value) throws IOException {
    Path folder = Files.createDirectories(root.resolve(name));
    Files.writeString(
        folder.resolve("config.json"),
        "{\"architectures\": [\"TestForCausalLM\"], \"model_type\": \"test\"}");
    write(
        folder.resolve("model.safetensors"),
        List.of(new TensorInfo(WEIGHT + ".weight", DType.F32, List.of(2L, 2L))),
        value);
    input(name, "pull");
  }

  private static void tensor(Path file, List<Long> down, List<Long> up) {
    String name = "base_model.model." + WEIGHT;
    write(
        file,
        List.of(
            new TensorInfo(name + ".lora_A.weight", DType.F32, down),
            new TensorInfo(name + ".lora_B.weight", DType.F32, up)),
        2);
  }

  private static void write(Path file, List<TensorInfo> tensors, float value) {
    SafetensorsWriter.write(
        file,
        tensors,
        Map.of(),
        info -> {
          float[] data = new float[(int) info.elements()];
          java.util.Arrays.fill(data, value);
          MemorySegment bytes = MemorySegment.ofArray(new byte[(int) info.byteSize()]);
          Elements.write(DType.F32, data, data.length, bytes, 0);
          return bytes;
        });
  }

  private StepOutcome run(String recipe) throws Exception {
    return new MergeStep().run(new Context(recipe));
  }

  private static String recipe(String first, String second) {
    return "{\"merge_method\": \"linear\", \"models\": ["
        + "{\"model\": \""
        + first
        + "\", \"parameters\": {\"weight\": 1}},"
        + "{\"model\": \""
        + second
        + "\", \"parameters\": {\"weight\": 1}}]}";
  }

  private float result() {
    try (SafetensorsFile file = SafetensorsFile.open(root.resolve("result/model.safetensors"))) {
      return (float) Elements.readOne(DType.F32, file.data(WEIGHT + ".weight"), 3);
    }
  }

  @Test
  void mergesInputsByTheirNamesAndLeavesFactsForTheCard() throws Exception {
    StepOutcome outcome = run(recipe("base", "other"));
    assertThat(outcome).isInstanceOf(StepOutcome.Done.class);
    assertThat(outcome.toString()).contains("linear of 2 models, 1 tensors");
    assertThat(result()).isEqualTo(2f);
    JsonNode facts = JSON.readTree(root.resolve("result/merge.json").toFile());
    assertThat(facts.path("method").asText()).isEqualTo("linear");
    assertThat(facts.path("models")).hasSize(2);
    assertThat(facts.path("files").get(0).asText()).isEqualTo("model.safetensors");
    assertThat(facts.has("seconds")).isFalse();
    assertThat(root.resolve("result/mergekit_config.yml"))
        .content()
        .contains("merge_method: linear");
    assertThat(root.resolve("result/README.md")).doesNotExist();
    assertThat(root.resolve("result/config.json")).exists();
  }

  @Test
  void anAdapterStandsForItsBaseWithItFoldedIn() throws Exception {
    run(recipe("tuned", "other"));
    // base 1 + 2 * 2, averaged with 3
    assertThat(result()).isEqualTo(4f);
    run(recipe("base+tuned", "other"));
    assertThat(result()).isEqualTo(4f);
  }

  @Test
  void namesWhatIsNoInput() {
    assertThatThrownBy(() -> run(recipe("base", "nobody")))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("nobody")
        .hasMessageContaining("base");
    assertThatThrownBy(() -> run(recipe("base", "other+nobody")))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("adapter 'nobody'");
  }

  @Test
  void saysEverythingThatIsWrongWithTheRecipe() {
    assertThatThrownBy(() -> run("{\"merge_method\": \"lineal\", \"models\": []}"))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("lineal")
        .hasMessageContaining("models");
  }

  private final class Context implements StepContext {
    private final JsonNode parameters;

    Context(String recipe) throws IOException {
      parameters = JSON.createObjectNode().set("recipe", JSON.readTree(recipe));
      Files.createDirectories(root.resolve("result"));
    }

    @Override
    public String step() {
      return "blended";
    }

    @Override
    public JsonNode parameters() {
      return parameters;
    }

    @Override
    public SequencedMap<String, StepInput> inputs() {
      return inputs;
    }

    @Override
    public Path output() {
      return root.resolve("result");
    }

    @Override
    public Path scratch() {
      return root;
    }

    @Override
    public Progress progress() {
      return Progress.NONE;
    }

    @Override
    public void checkCancelled() {}

    @Override
    public Hub hub() {
      throw new IllegalStateException("a merge step needs no hub");
    }

    @Override
    public Optional<Approval> approval(String subjectDigest) {
      return Optional.empty();
    }

    @Override
    public EffectJournal effects() {
      throw new IllegalStateException("a merge step has no effects");
    }
  }
}
