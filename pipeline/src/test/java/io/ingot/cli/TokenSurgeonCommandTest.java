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
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenSurgeonCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path dir;

  private void model(String name, String tokens, int rows, float... values) throws IOException {
    Path folder = Files.createDirectories(dir.resolve(name));
    Files.writeString(
        folder.resolve("config.json"),
        "{\"architectures\": [\"TestForCausalLM\"], \"model_type\": \"test\", \"vocab_size\": "
            + rows
            + "}");
    Files.writeString(
        folder.resolve("tokenizer.json"), "{\"model\": {\"vocab\": {" + tokens + "}}}");
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        List.of(new TensorInfo("model.embed_tokens.weight", DType.F32, List.of((long) rows, 1L))),
        Map.of(),
        info -> {
          MemorySegment bytes = Arena.ofAuto().allocate(info.byteSize(), 8);
          MemorySegment.copy(MemorySegment.ofArray(values), 0, bytes, 0, info.byteSize());
          return bytes;
        });
  }

  @BeforeEach
  void models() throws IOException {
    model("model", "\"a\": 0, \"b\": 1", 2, 10, 20);
    model("donor", "\"b\": 0, \"c\": 1, \"a\": 2", 3, 1, 3, 2);
  }

  private int run(String... options) {
    return runTo(dir.resolve("out"), options);
  }

  private int runTo(Path target, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "tokensurgeon",
                dir.resolve("model").toString(),
                dir.resolve("donor").toString(),
                target.toString()));
    arguments.addAll(Arrays.asList(options));
    return Ingot.execute(
        new PrintWriter(out),
        new PrintWriter(err),
        Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", dir.resolve("hf").toString()),
        false,
        arguments.toArray(String[]::new));
  }

  @Test
  void printsOneDocument() throws IOException {
    assertThat(run("-k", "1", "--json")).as(err.toString()).isZero();
    JsonNode matrix = new ObjectMapper().readTree(out.toString()).at("/report/matrices/0");
    assertThat(matrix.path("exact").asInt()).isEqualTo(2);
    assertThat(matrix.path("approximated").asInt()).isEqualTo(1);
    assertThat(matrix.path("residual").asDouble()).isLessThan(1e-6);
    try (Stream<Path> files = Files.list(dir.resolve("out"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "config.json", "model.safetensors", "tokenizer.json", "README.md");
    }
  }

  @Test
  void printsATable() {
    assertThat(run("-a", "mean", "-pm", "embed", "-bm", "yes")).as(err.toString()).isZero();
    assertThat(out.toString())
        .containsPattern("model\\.embed_tokens\\.weight +2 +0 +0 +1\\R")
        .contains("3 tokens in 3 rows, 1 file,");
  }

  @Test
  void aFolderThatHoldsSomethingIsLeftAlone() throws IOException {
    Files.createDirectories(dir.resolve("out"));
    Files.writeString(dir.resolve("out/notes.txt"), "mine");
    assertThat(run()).isEqualTo(5);
  }

  @Test
  void noInputIsReplacedThoughAMergeWroteIt() throws IOException {
    for (String input : List.of("model", "donor")) {
      Path folder = dir.resolve(input);
      Files.writeString(folder.resolve("mergekit_config.yml"), "merge_method: linear");
      Path link = Files.createSymbolicLink(dir.resolve("link-to-" + input), folder);
      for (Path target : List.of(folder, folder.resolve("out"), link)) {
        assertThat(runTo(target)).as("%s", target).isEqualTo(5);
        assertThat(err.toString()).contains("model " + folder);
        err.getBuffer().setLength(0);
        assertThat(folder.resolve("model.safetensors")).exists();
      }
    }
    assertThat(dir).isDirectoryNotContaining("glob:**ingot-*");
  }

  @Test
  void aFailureLeavesNothingBehind() throws IOException {
    model("donor", "\"b\": 0, \"c\": 1, \"a\": 2", 3, 1, Float.NaN, 2);
    assertThat(run()).isEqualTo(3);
    assertThat(err.toString()).contains("of the donor holds NaN in row 1");
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("model", "donor");
    }
  }

  @Test
  void aSignalLeavesNothingBehind() throws IOException {
    SignalAtText progress = new SignalAtText("inner products");
    assertThat(
            Ingot.execute(
                new PrintWriter(out),
                new PrintWriter(progress),
                Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", dir.resolve("hf").toString()),
                true,
                "tokensurgeon",
                dir.resolve("model").toString(),
                dir.resolve("donor").toString(),
                dir.resolve("out").toString()))
        .isEqualTo(130);
    assertThat(progress.toString()).endsWith("interrupted\n").doesNotContain("copy");
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("model", "donor");
    }
  }

  @Test
  void aBatchOfZeroIsAllAndTheHelpSaysSo() {
    assertThat(run("--batch-size", "0", "--json")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("\"approximated\":1");
    assertThat(run("--help")).isZero();
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("Tokens worked on at a time (default: 256); 0 or less: all.");
  }

  @Test
  void badOptionsAreUsageErrors() {
    assertThat(run("-a", "magic")).isEqualTo(2);
    assertThat(err.toString())
        .contains("'magic' is none of omp, common_interpolation, mean, zero, randn, john_hewitt");
    assertThat(run("-k", "0")).isEqualTo(2);
    assertThat(run("--prefix-match", "maybe")).isEqualTo(2);
    assertThat(run("--no-safe-serialization")).isEqualTo(2);
  }

  @Test
  void aDonorWithoutATokenizerIsInvalid() throws IOException {
    Files.delete(dir.resolve("donor/tokenizer.json"));
    assertThat(run()).isEqualTo(3);
    assertThat(err.toString()).contains("has no tokenizer.json");
    assertThat(dir.resolve("out")).doesNotExist();
  }
}
