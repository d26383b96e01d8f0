package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import io.ingot.train.decoder.RandomModel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingot moe} in process. */
class MoeCommandTest {
  @TempDir Path folder;
  private String out = "";
  private String err = "";

  @BeforeEach
  void models() throws Exception {
    RandomModel.write(folder.resolve("base"), "llama", 1);
    RandomModel.write(folder.resolve("poet"), "llama", 2);
  }

  private int run(String... arguments) {
    StringWriter stdout = new StringWriter();
    StringWriter stderr = new StringWriter();
    List<String> all = new ArrayList<>(List.of("--home", folder.resolve("home").toString()));
    all.addAll(Arrays.asList(arguments));
    int code =
        Ingot.execute(
            new PrintWriter(stdout),
            new PrintWriter(stderr),
            Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", folder.resolve("hf").toString()),
            false,
            all.toArray(String[]::new));
    out = stdout.toString();
    err = stderr.toString();
    return code;
  }

  private String recipe(String base, String first, String second, String more) throws Exception {
    Path file = folder.resolve("moe.yml");
    Files.writeString(
        file,
        """
        base_model: %s
        experts:
          - {source_model: %s, positive_prompts: [one fern]}
          - {source_model: %s, positive_prompts: [the cat sat]}
        %s
        """
            .formatted(place(base), place(first), place(second), more));
    return file.toString();
  }

  private String place(String name) {
    return name.contains("+")
        ? folder.resolve(name.substring(0, name.indexOf('+')))
            + "+"
            + folder.resolve(name.substring(name.indexOf('+') + 1))
        : folder.resolve(name).toString();
  }

  private String target() {
    return folder.resolve("out").toString();
  }

  @Test
  void writesAModelThatRuns() throws Exception {
    assertThat(run("moe", recipe("base", "base", "poet", ""), target())).as(err).isZero();
    assertThat(out)
        .contains("  model   Mixtral of 2 experts in each layer")
        .containsPattern("sha256  [0-9a-f]{64}");
    assertThat(err).contains("base, poet: no license is stated");
    try (var files = Files.list(folder.resolve("out"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .contains(
              "config.json",
              "model.safetensors",
              "tokenizer.json",
              "tokenizer_config.json",
              "mergekit_moe_config.yml",
              "README.md");
    }
    assertThat(run("generate", target(), "one fern", "--max-new-tokens", "3")).as(err).isZero();
    assertThat(run("moe", folder.resolve("moe.yml").toString(), target(), "--json")).isZero();
    JsonNode summary = new ObjectMapper().readTree(out);
    assertThat(summary.path("tensors").asInt()).isEqualTo(3 + 3 * (6 + 1 + 6));
  }

  @Test
  void aSignalLeavesNothingBehind() throws Exception {
    SignalAtText messages = new SignalAtText("no license is stated");
    assertThat(
            Ingot.execute(
                new PrintWriter(new StringWriter()),
                new PrintWriter(messages),
                Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", folder.resolve("hf").toString()),
                false,
                "moe",
                recipe("base", "base", "poet", ""),
                target()))
        .isEqualTo(130);
    assertThat(messages.toString()).endsWith("interrupted\n");
    assertThat(folder.resolve("out")).doesNotExist();
    assertThat(folder.resolve(".out.ingot-partial")).doesNotExist();
  }

  @Test
  void plansFromHeaders() throws Exception {
    String file = recipe("base", "base", "poet", "dtype: bfloat16");
    assertThat(run("moe", file, "--plan")).as(err).isZero();
    assertThat(out)
        .contains("architecture  Mixtral")
        .contains("experts       2 in each of 3 layers, 2 per token");
    assertThat(run("moe", file, "--plan", "--json")).isZero();
    JsonNode report = new ObjectMapper().readTree(out);
    assertThat(report.path("architecture").asText()).isEqualTo("Mixtral");
    assertThat(report.path("outputs")).hasSize(3 + 3 * (6 + 1 + 6));
    assertThat(report.path("license").path("blocked").isBoolean()).isTrue();
    assertThat(run("moe", file, folder.resolve("poet").toString(), "--plan")).isEqualTo(5);
    assertThat(err).contains("an input");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void carriesLicensesForward() throws Exception {
    Files.writeString(folder.resolve("base/README.md"), "---\nlicense: apache-2.0\n---\n# b\n");
    Files.writeString(folder.resolve("poet/README.md"), "---\nlicense: cc-by-nc-4.0\n---\n# p\n");
    assertThat(run("moe", recipe("base", "base", "poet", ""), target())).as(err).isZero();
    assertThat(folder.resolve("out/README.md"))
        .content()
        .startsWith("---\nlicense: ")
        .contains("cc-by-nc-4.0")
        .contains("| 1 | `poet` | `the cat sat` |")
        .doesNotContain(folder.toString());
  }

  @Test
  void takesAdaptersAndGguf() throws Exception {
    adapter("lora");
    assertThat(
            run(
                "convert",
                folder.resolve("base").toString(),
                "--outfile",
                folder.resolve("base.gguf").toString(),
                "--outtype",
                "f16",
                "--pre",
                "qwen2"))
        .as(err)
        .isZero();
    assertThat(run("moe", recipe("base", "base+lora", "base.gguf", ""), target())).as(err).isZero();
    assertThat(run("moe", recipe("base.gguf", "base", "poet", ""), target())).as(err).isZero();
  }

  private void adapter(String name) throws Exception {
    Path place = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        place.resolve("adapter_config.json"),
        "{\"peft_type\":\"LORA\",\"r\":1,\"lora_alpha\":1,\"target_modules\":[\"up_proj\"]}");
    String module = "base_model.model.model.layers.0.mlp.up_proj.";
    SafetensorsWriter.write(
        place.resolve("adapter_model.safetensors"),
        List.of(
            new TensorInfo(module + "lora_A.weight", DType.F32, List.of(1L, 64L)),
            new TensorInfo(module + "lora_B.weight", DType.F32, List.of(96L, 1L))),
        Map.of(),
        t -> MemorySegment.ofArray(new byte[(int) t.byteSize()]));
  }

  @Test
  void saysWhatIsWrongAndWritesNothing() throws Exception {
    String file = recipe("base", "base", "poet", "gatemode: hidden");
    assertThat(run("moe", file, target(), "--strict")).isEqualTo(3);
    assertThat(err)
        .contains("moe.yml:5:11: gatemode: unknown key 'gatemode'; did you mean 'gate_mode'?");
    assertThat(run("moe", recipe("base", "base", "base", ""), target())).isEqualTo(3);
    assertThat(err).contains("--i-understand-this-is-not-useful-without-training");
    assertThat(run("moe", recipe("base", "base", "poet", "architecture: olmoe"), target()))
        .isEqualTo(3);
    assertThat(err).contains("known: Mixtral, DeepSeek MoE, Qwen MoE, Qwen3 MoE");
    assertThat(run("moe", recipe("base", "base", "nobody", ""), target())).isEqualTo(4);
    assertThat(run("moe", folder.resolve("absent.yml").toString(), target())).isEqualTo(4);
    assertThat(run("moe", file)).isEqualTo(2);
    assertThat(run("moe", file, target(), "--no-safe-serialization")).isEqualTo(2);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aFlagMakesAMixtureToBeTrained() throws Exception {
    String file = recipe("base", "base", "base", "");
    assertThat(run("moe", file, target(), "--i-understand-this-is-not-useful-without-training"))
        .as(err)
        .isZero();
    assertThat(run("moe", recipe("base", "base", "poet", ""), target(), "--load-in-4bit", "--cuda"))
        .as(err)
        .isZero();
    assertThat(err).contains("--load-in-4bit").contains("--cuda");
  }

  @Test
  void aBaseWithoutTokenizerNeedsAnotherGateMode() throws Exception {
    Files.delete(folder.resolve("base/tokenizer.json"));
    assertThat(run("moe", recipe("base", "base", "poet", ""), target())).isEqualTo(4);
    assertThat(err).contains("no tokenizer.json in");
    assertThat(run("moe", recipe("base", "base", "poet", "gate_mode: random"), target()))
        .as(err)
        .isZero();
  }
}
