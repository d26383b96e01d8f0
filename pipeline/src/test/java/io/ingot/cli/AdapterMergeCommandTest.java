package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingot adapter merge}. */
class AdapterMergeCommandTest {
  private static final String UP = "model.layers.0.mlp.up_proj";
  private static final String DOWN = "model.layers.0.mlp.down_proj";

  @TempDir Path root;
  private String out = "";
  private String err = "";

  @BeforeEach
  void models() throws IOException {
    Path base = Files.createDirectories(root.resolve("base"));
    Files.writeString(
        base.resolve("config.json"),
        "{\"architectures\": [\"TestForCausalLM\"], \"model_type\": \"test\"}");
    Map<String, float[]> weights = new LinkedHashMap<>();
    weights.put(UP + ".weight [3, 2]", new float[] {1, 2, 3, 4, 5, 6});
    weights.put(DOWN + ".weight [2, 3]", new float[] {1, 1, 1, 1, 1, 1});
    write(base.resolve("model.safetensors"), weights);
    adapter("adapter", UP);
  }

  private void adapter(String name, String module) throws IOException {
    Path folder = Files.createDirectories(root.resolve(name));
    Files.writeString(
        folder.resolve("adapter_config.json"),
        "{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 2, \"target_modules\": [\""
            + module.substring(module.lastIndexOf('.') + 1)
            + "\"], \"base_model_name_or_path\": \"base\"}");
    Map<String, float[]> factors = new LinkedHashMap<>();
    factors.put("base_model.model." + module + ".lora_A.weight [1, 2]", new float[] {1, 10});
    factors.put("base_model.model." + module + ".lora_B.weight [3, 1]", new float[] {1, 2, 3});
    write(folder.resolve("adapter_model.safetensors"), factors);
  }

  /** Tensors by {@code name [shape]}. */
  private static void write(Path file, Map<String, float[]> values) {
    List<TensorInfo> tensors = new ArrayList<>();
    Map<String, float[]> byName = new LinkedHashMap<>();
    values.forEach(
        (text, data) -> {
          String[] parts = text.split(" ", 2);
          List<Long> shape =
              Arrays.stream(parts[1].replaceAll("[\\[\\] ]", "").split(","))
                  .map(Long::valueOf)
                  .toList();
          tensors.add(new TensorInfo(parts[0], DType.F32, shape));
          byName.put(parts[0], data);
        });
    SafetensorsWriter.write(
        file,
        tensors,
        Map.of(),
        info -> {
          float[] data = byName.getOrDefault(info.name(), new float[0]);
          MemorySegment bytes = MemorySegment.ofArray(new byte[(int) info.byteSize()]);
          Elements.write(DType.F32, data, data.length, bytes, 0);
          return bytes;
        });
  }

  private int run(String... options) {
    List<String> arguments = new ArrayList<>(Arrays.asList(options));
    StringWriter result = new StringWriter();
    StringWriter messages = new StringWriter();
    int code =
        Ingot.execute(
            new PrintWriter(result, true),
            new PrintWriter(messages, true),
            Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", root.resolve("hf").toString()),
            false,
            arguments.toArray(String[]::new));
    out = result.toString();
    err = messages.toString();
    return code;
  }

  private int merge(String adapter) {
    return run("adapter", "merge", path("base"), path(adapter), path("out"));
  }

  private String path(String name) {
    return root.resolve(name).toString();
  }

  @Test
  void addsTheScaledProductToTheWeight() {
    assertThat(merge("adapter")).isZero();
    assertThat(out).contains("2 tensors, 1 of them changed");
    try (SafetensorsFile written = SafetensorsFile.open(root.resolve("out/model.safetensors"))) {
      float[] values = new float[6];
      Elements.read(DType.F32, written.data(UP + ".weight"), 0, values, 6);
      // alpha / r = 2 times (1, 2, 3) outer (1, 10), added to 1 .. 6
      assertThat(values).containsExactly(3, 22, 7, 44, 11, 66);
      Elements.read(DType.F32, written.data(DOWN + ".weight"), 0, values, 6);
      assertThat(values).containsOnly(1);
    }
    assertThat(root.resolve("out/config.json")).exists();
  }

  @Test
  void printsOneDocument() throws IOException {
    assertThat(run("--json", "adapter", "merge", path("base"), path("adapter"), path("out")))
        .isZero();
    assertThat(new ObjectMapper().readTree(out).path("changed").asInt()).isEqualTo(1);
    assertThat(new ObjectMapper().readTree(out).path("tensors").asInt()).isEqualTo(2);
  }

  @Test
  void anAdapterOfAnotherModelLeavesNothingBehind() throws IOException {
    adapter("foreign", DOWN);
    assertThat(merge("foreign")).isEqualTo(3);
    assertThat(err).contains("does not belong to this base", DOWN);
    adapter("unknown", "model.layers.7.mlp.up_proj");
    assertThat(merge("unknown")).isEqualTo(3);
    assertThat(err).contains("the base has no model.layers.7.mlp.up_proj");
    assertThat(root).isDirectoryNotContaining("glob:**out*");
  }

  @Test
  void noInputIsReplacedThoughAMergeWroteIt() throws IOException {
    for (String input : List.of("base", "adapter")) {
      Path folder = root.resolve(input);
      Files.writeString(folder.resolve("mergekit_config.yml"), "merge_method: linear");
      Files.createSymbolicLink(root.resolve("link-to-" + input), folder);
      for (String target : List.of(input, input + "/out", "link-to-" + input)) {
        assertThat(run("adapter", "merge", path("base"), path("adapter"), path(target)))
            .as(target)
            .isEqualTo(5);
        assertThat(err).contains("model " + path("base") + "+" + path("adapter"));
      }
    }
    assertThat(root.resolve("base/model.safetensors")).exists();
    assertThat(root.resolve("adapter/adapter_model.safetensors")).exists();
    assertThat(root).isDirectoryNotContaining("glob:**ingot-*");
  }

  @Test
  void aSignalLeavesNothingBehind() {
    SignalAtText progress = new SignalAtText("fold");
    assertThat(
            Ingot.execute(
                new PrintWriter(new StringWriter()),
                new PrintWriter(progress),
                Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", root.resolve("hf").toString()),
                true,
                "adapter",
                "merge",
                path("base"),
                path("adapter"),
                path("out")))
        .isEqualTo(130);
    assertThat(progress.toString()).endsWith("interrupted\n");
    assertThat(root.resolve("out")).doesNotExist();
    assertThat(root.resolve(".out.ingot-partial")).doesNotExist();
  }

  @Test
  void whatIsThereIsNotOverwritten() throws IOException {
    Path thesis = Files.createDirectories(root.resolve("out")).resolve("thesis.txt");
    Files.writeString(thesis, "years");
    assertThat(merge("adapter")).isEqualTo(5);
    assertThat(thesis).hasContent("years");
    assertThat(merge("nowhere")).isEqualTo(4);
  }
}
