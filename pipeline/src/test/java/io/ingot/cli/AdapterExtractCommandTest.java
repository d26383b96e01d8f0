package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterExtractCommandTest {
  private static final TensorInfo WEIGHT =
      new TensorInfo("model.layers.0.mlp.up_proj.weight", DType.F32, List.of(3L, 2L));

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path dir;

  private Path model(String name, float... values) throws IOException {
    Path folder = Files.createDirectories(dir.resolve(name));
    Files.writeString(
        folder.resolve("config.json"),
        "{\"architectures\": [\"TestForCausalLM\"], \"model_type\": \"test\"}");
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        List.of(WEIGHT),
        Map.of(),
        info -> {
          MemorySegment bytes = java.lang.foreign.Arena.ofAuto().allocate(info.byteSize(), 8);
          MemorySegment.copy(MemorySegment.ofArray(values), 0, bytes, 0, info.byteSize());
          return bytes;
        });
    return folder;
  }

  private int extract(String... options) {
    return extractTo(dir.resolve("adapter"), options);
  }

  private int extractTo(Path target, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "adapter",
                "extract",
                dir.resolve("tuned").toString(),
                dir.resolve("base").toString(),
                target.toString()));
    arguments.addAll(Arrays.asList(options));
    return Ingot.execute(
        new PrintWriter(out),
        new PrintWriter(err),
        Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", dir.resolve("hf").toString()),
        false,
        arguments.toArray(String[]::new));
  }

  private void models() throws IOException {
    model("base", 1, 1, 1, 1, 1, 1);
    model("tuned", 1, 1, 3, 1, 1, 1);
  }

  @Test
  void printsOneDocument() throws IOException {
    models();
    assertThat(extract("--rank", "32", "--json")).as(err.toString()).isZero();
    JsonNode module = new ObjectMapper().readTree(out.toString()).at("/report/modules/0");
    assertThat(module.path("module").asText()).isEqualTo("model.layers.0.mlp.up_proj");
    assertThat(module.path("rank").asInt()).isEqualTo(1);
    assertThat(module.path("norm").asDouble()).isEqualTo(2);
    try (Stream<Path> files = Files.list(dir.resolve("adapter"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "adapter_config.json", "adapter_model.safetensors", "README.md");
    }
  }

  @Test
  void printsATable() throws IOException {
    models();
    assertThat(extract()).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("model.layers.0.mlp.up_proj     1     1.000000")
        .contains("1 modules of rank 1 at most, 1.000000 of the squared difference kept");
  }

  @Test
  void aFolderThatHoldsSomethingIsLeftAlone() throws IOException {
    models();
    Files.createDirectories(dir.resolve("adapter"));
    Files.writeString(dir.resolve("adapter/notes.txt"), "mine");
    assertThat(extract()).isEqualTo(5);
    assertThat(err.toString()).contains("is not empty");
    assertThat(dir.resolve("adapter/adapter_config.json")).doesNotExist();
  }

  @Test
  void noInputIsReplacedThoughAMergeWroteIt() throws IOException {
    models();
    for (String input : List.of("tuned", "base")) {
      Path folder = dir.resolve(input);
      Files.writeString(folder.resolve("mergekit_config.yml"), "merge_method: linear");
      Path link = Files.createSymbolicLink(dir.resolve("link-to-" + input), folder);
      for (Path target : List.of(folder, folder.resolve("adapter"), link, dir)) {
        Files.writeString(dir.resolve("mergekit_config.yml"), "merge_method: linear");
        assertThat(extractTo(target)).as("%s", target).isEqualTo(5);
        assertThat(err.toString()).contains("model " + folder);
        err.getBuffer().setLength(0);
        assertThat(folder.resolve("model.safetensors")).exists();
      }
    }
    assertThat(dir).isDirectoryNotContaining("glob:**ingot-*");
  }

  @Test
  void aFailureLeavesNothingBehind() throws IOException {
    model("base", 1, 1, 1, 1, 1, 1);
    model("tuned", 1, 1, Float.NaN, 1, 1, 1);
    assertThat(extract()).isEqualTo(3);
    assertThat(err.toString())
        .contains("model.layers.0.mlp.up_proj.weight' of the model holds NaN");
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("base", "tuned");
    }
  }

  @Test
  void aSignalLeavesNothingBehind() throws IOException {
    models();
    SignalAtText progress = new SignalAtText("extract");
    assertThat(
            Ingot.execute(
                new PrintWriter(out),
                new PrintWriter(progress),
                Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", dir.resolve("hf").toString()),
                true,
                "adapter",
                "extract",
                dir.resolve("tuned").toString(),
                dir.resolve("base").toString(),
                dir.resolve("adapter").toString()))
        .isEqualTo(130);
    assertThat(progress.toString()).endsWith("interrupted\n");
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("base", "tuned");
    }
  }

  @Test
  void badOptionsAreUsageErrors() throws IOException {
    models();
    assertThat(extract("--rank", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--rank: 0 is not positive");
    assertThat(extract("--rank-pattern", "up_proj")).isEqualTo(2);
    assertThat(err.toString()).contains("'up_proj' is not of the form REGEX=N");
    assertThat(extract("-e", "(")).isEqualTo(2);
    assertThat(err.toString()).contains("'(' is no regular expression");
  }

  @Test
  void aMissingModelIsNotFound() throws IOException {
    model("tuned", 1, 1, 3, 1, 1, 1);
    assertThat(extract()).isEqualTo(4);
  }
}
