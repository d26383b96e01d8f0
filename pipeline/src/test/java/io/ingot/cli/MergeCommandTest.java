package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.merge.method.MergeMethods;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ingot merge} and {@code ingot layershuffle} with all their options. */
class MergeCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROJECTION = "model.layers.0.mlp.up_proj.weight";

  @TempDir Path root;
  private String out = "";
  private String err = "";

  @BeforeEach
  void models() throws IOException {
    model("a", 1);
    model("b", 3);
  }

  private void model(String name, float value) throws IOException {
    Path folder = Files.createDirectories(root.resolve(name));
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_hidden_layers": 2,
         "vocab_size": 4, "tie_word_embeddings": false, "torch_dtype": "float32"}
        """);
    List<String> names = new ArrayList<>(List.of("model.embed_tokens", "model.norm", "lm_head"));
    for (int i = 0; i < 2; i++) {
      for (String part :
          List.of(
              "input_layernorm",
              "post_attention_layernorm",
              "self_attn.q_proj",
              "self_attn.k_proj",
              "self_attn.v_proj",
              "self_attn.o_proj",
              "mlp.up_proj",
              "mlp.gate_proj",
              "mlp.down_proj")) {
        names.add("model.layers." + i + "." + part);
      }
    }
    weights(
        folder.resolve("model.safetensors"),
        value,
        names.stream().map(n -> n + ".weight").toList());
  }

  private static void weights(Path file, float value, List<String> names) {
    SafetensorsWriter.write(
        file,
        names.stream()
            .map(
                name ->
                    new TensorInfo(
                        name, DType.F32, name.contains("norm") ? List.of(8L) : List.of(4L, 8L)))
            .toList(),
        Map.of("format", "pt"),
        info -> {
          float[] data = new float[(int) info.elements()];
          java.util.Arrays.fill(data, value);
          MemorySegment bytes = MemorySegment.ofArray(new byte[(int) info.byteSize()]);
          Elements.write(DType.F32, data, data.length, bytes, 0);
          return bytes;
        });
  }

  private static float first(Path file, String tensor) {
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      return (float) Elements.readOne(opened.info(tensor).dtype(), opened.data(tensor), 0);
    }
  }

  private int run(Object... arguments) {
    StringWriter result = new StringWriter();
    StringWriter messages = new StringWriter();
    String[] words =
        java.util.Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int code =
        Ingot.execute(
            new PrintWriter(result, true),
            new PrintWriter(messages, true),
            Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", root.resolve("hf").toString()),
            false,
            words);
    out = result.toString();
    err = messages.toString();
    return code;
  }

  private JsonNode json() throws IOException {
    assertThat(out.lines()).hasSize(1);
    return JSON.readTree(out);
  }

  private Path recipe(String text) throws IOException {
    Path file = root.resolve("recipe.yml");
    return Files.writeString(file, text.replace("DIR", root.toString()));
  }

  private Path linear() throws IOException {
    return recipe(
        """
        merge_method: linear
        models:
          - {model: DIR/a, parameters: {weight: 1}}
          - {model: DIR/b, parameters: {weight: 1}}
        """);
  }

  @Test
  void mergesAndSaysSo() throws Exception {
    Path target = root.resolve("merged");
    assertThat(run("merge", linear(), target, "-j", "1")).as(() -> err).isZero();
    assertThat(out).contains(target.toString());
    assertThat(first(target.resolve("model.safetensors"), PROJECTION)).isEqualTo(2f);
    assertThat(target.resolve("README.md")).exists();
    // A second time it replaces its own result; a folder of somebody else it leaves alone.
    assertThat(run("--json", "merge", linear(), target, "--no-write-model-card")).isZero();
    assertThat(json().path("tensors").asInt()).isEqualTo(21);
    assertThat(target.resolve("README.md")).doesNotExist();
    Path foreign = Files.createDirectories(root.resolve("foreign"));
    Files.writeString(foreign.resolve("thesis.txt"), "years of work");
    assertThat(run("merge", linear(), foreign)).isEqualTo(5);
    assertThat(foreign.resolve("thesis.txt")).exists();
  }

  @Test
  void plansWithoutWriting() throws Exception {
    Path target = root.resolve("merged");
    assertThat(run("merge", linear(), target, "--plan")).isZero();
    assertThat(out).contains("linear");
    assertThat(run("--json", "merge", linear(), "--plan", "--out-shard-size", "1k")).isZero();
    assertThat(json().path("possible").asBoolean()).isTrue();
    assertThat(json().path("files").size()).isGreaterThan(1);
    assertThat(target).doesNotExist();
  }

  @Test
  void splitsIntoShards() throws Exception {
    Path target = root.resolve("merged");
    assertThat(run("merge", linear(), target, "--out-shard-size", "1k")).isZero();
    assertThat(target.resolve("model.safetensors.index.json")).exists();
    assertThat(run("merge", linear(), target, "--out-shard-size", "many")).isEqualTo(2);
    assertThat(err).contains("--out-shard-size: 'many' is no size");
  }

  @Test
  void warnsOfUnknownKeysAndRefusesThemWhenStrict() throws Exception {
    Path config =
        recipe(
            """
            merge_method: passthrough
            models: [{model: DIR/a}]
            dytpe: bfloat16
            """);
    assertThat(run("merge", config, root.resolve("one"))).isZero();
    assertThat(err).contains("warning: " + config + ":3:8:").contains("did you mean 'dtype'");
    assertThat(run("merge", config, root.resolve("two"), "--strict")).isEqualTo(3);
    assertThat(err).contains("error:").contains("did you mean 'dtype'");
    assertThat(root.resolve("two")).doesNotExist();
  }

  @Test
  void compatibleMergesLeaveOutWhatNobodyLists() throws Exception {
    weights(root.resolve("a/extra.safetensors"), 7, List.of("model.extra.bias"));
    Files.move(root.resolve("a/model.safetensors"), root.resolve("a/weights.safetensors"));
    Path config = recipe("merge_method: passthrough\nmodels: [{model: DIR/a}]\n");
    Path sane = root.resolve("sane");
    Path same = root.resolve("same");
    assertThat(run("merge", config, sane)).as(() -> err).isZero();
    assertThat(run("merge", config, same, "--compat", "mergekit")).isZero();
    try (SafetensorsFile ours = SafetensorsFile.open(sane.resolve("model.safetensors"));
        SafetensorsFile theirs = SafetensorsFile.open(same.resolve("model.safetensors"))) {
      assertThat(ours.tensors()).containsKey("model.extra.bias");
      assertThat(theirs.tensors()).doesNotContainKey("model.extra.bias");
    }
    assertThat(run("merge", config, same, "--compat", "blender")).isEqualTo(2);
    assertThat(err).contains("unknown tool 'blender'");
  }

  @Test
  void failsOnNumbersThatAreNoneWhenAsked() throws Exception {
    model("b", Float.NaN);
    assertThat(run("merge", linear(), root.resolve("one"))).isZero();
    assertThat(err).contains("warning:").contains("NaN");
    assertThat(run("--json", "merge", linear(), root.resolve("one"), "-j", "4")).isZero();
    assertThat(json().at("/warnings")).hasSize(21);
    assertThat(json().at("/warnings/0").asText()).endsWith("b").contains("at element 0");
    assertThat(run("merge", linear(), root.resolve("two"), "--fail-on-nan")).isEqualTo(1);
    assertThat(root.resolve("two")).doesNotExist();
  }

  @Test
  void acceptsOptionsOfMergekitThatHaveNoEffect() throws Exception {
    assertThat(
            run(
                "merge",
                linear(),
                root.resolve("merged"),
                "--cuda",
                "--lazy-unpickle",
                "--allow-crimes",
                "--read-to-gpu",
                "--no-copy-tokenizer",
                "--random-seed",
                "5"))
        .isZero();
    assertThat(err.lines().filter(l -> l.contains("ignored"))).hasSize(1);
    assertThat(run("merge", linear(), root.resolve("other"), "--no-safe-serialization"))
        .isEqualTo(2);
    assertThat(err).contains("never pickles");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "merge_method: linaer\nmodels: [{model: DIR/a, parameters: {weight: 1}}]\n",
        "merge_method: linear\nmodels: [{model: DIR/a}]\n",
        "merge_method: linear\nmodels: [\n",
        "",
        "merge_method: slerp\nbase_model: DIR/a\nmodels: [{model: DIR/a}, {model: DIR/b}]\n",
      })
  void refusesBadRecipes(String text) throws Exception {
    assertThat(run("merge", recipe(text), root.resolve("merged"))).isEqualTo(3);
    assertThat(err).startsWith("error:").doesNotContain("\tat ");
    assertThat(out).isEmpty();
    assertThat(root.resolve("merged")).doesNotExist();
  }

  @Test
  void refusesCallsThatMissSomething() throws Exception {
    assertThat(run("merge")).isEqualTo(2);
    assertThat(err).contains("CONFIG is missing");
    assertThat(run("merge", linear())).isEqualTo(2);
    assertThat(err).contains("OUT is missing");
    Path twice = root.resolve("twice");
    assertThat(run("merge", linear(), twice, "--out-path", root.resolve("other"))).isEqualTo(2);
    assertThat(err).contains("--out-path").contains(twice.toString());
    assertThat(twice).doesNotExist();
    assertThat(run("merge", linear(), twice, "--out-path", twice)).isZero();
    assertThat(run("merge", root.resolve("none.yml"), root.resolve("merged"))).isEqualTo(4);
    Path config = recipe("merge_method: passthrough\nmodels: [{model: DIR/none}]\n");
    assertThat(run("merge", config, root.resolve("merged"))).isEqualTo(4);
    assertThat(err).contains("none");
    Files.write(config, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(run("merge", config, root.resolve("merged"))).isEqualTo(3);
    assertThat(err).contains("not UTF-8");
  }

  @Test
  void showsTheMethods() throws Exception {
    assertThat(run("merge", "--methods")).isZero();
    assertThat(out.lines()).hasSize(1 + MergeMethods.all().size());
    assertThat(run("merge", "--methods", "ties")).isZero();
    assertThat(out).contains("density").contains("required").contains("merge_method: ties");
    assertThat(run("--json", "merge", "--methods")).isZero();
    assertThat(json()).hasSize(MergeMethods.all().size());
    assertThat(run("merge", "--methods", "tise")).isEqualTo(2);
    assertThat(err).contains("did you mean 'ties'");
  }

  private Path steps() throws IOException {
    return recipe(
        """
        name: mean
        merge_method: linear
        models:
          - {model: DIR/a, parameters: {weight: 1}}
          - {model: DIR/b, parameters: {weight: 1}}
        ---
        merge_method: task_arithmetic
        base_model: DIR/a
        models: [{model: mean, parameters: {weight: 3}}]
        """);
  }

  @Test
  void mergesSeveralDocuments() throws Exception {
    Path target = root.resolve("merged");
    Path kept = root.resolve("kept");
    assertThat(run("merge", steps(), target)).as(() -> err).isZero();
    assertThat(first(target.resolve("model.safetensors"), PROJECTION)).isEqualTo(4f);
    try (var files = Files.list(root)) {
      assertThat(files.filter(f -> f.getFileName().toString().startsWith("."))).isEmpty();
    }
    assertThat(out).contains("mean: 21 tensors, used and deleted");
    assertThat(run("--json", "merge", steps(), target, "-I", kept)).isZero();
    assertThat(json().at("/documents/0/name").asText()).isEqualTo("mean");
    assertThat(json().at("/documents/0/kept").asBoolean()).isFalse();
    assertThat(first(kept.resolve("mean/model.safetensors"), PROJECTION)).isEqualTo(2f);
    assertThat(run("--json", "merge", steps(), target, "-I", kept, "--lazy")).isZero();
    assertThat(json().at("/documents/0/kept").asBoolean()).isTrue();
    assertThat(run("--json", "merge", steps(), target, "-I", kept, "--no-lazy")).isZero();
    assertThat(json().at("/documents/0/kept").asBoolean()).isFalse();
    assertThat(run("merge", steps(), target, "-I", kept)).isZero();
    assertThat(out).contains("was there already");
  }

  @Test
  void keptResultsHaveTheSameHashInEveryRun() throws Exception {
    List<String> digests = new ArrayList<>();
    for (Path kept : List.of(root.resolve("one"), root.resolve("two"))) {
      assertThat(run("--json", "merge", steps(), root.resolve("merged"), "-I", kept)).isZero();
      JsonNode summary = json().at("/documents/0/summary");
      assertThat(summary.at("/files").findValuesAsText("name"))
          .contains("config.json", "model.safetensors")
          .doesNotContain(".ingot-merge.json");
      assertThat(kept.resolve("mean/.ingot-merge.json")).exists();
      digests.add(summary.at("/sha256").asText());
    }
    assertThat(digests.getFirst()).hasSize(64).isEqualTo(digests.getLast());
  }

  @Test
  void plansSeveralDocuments() throws Exception {
    assertThat(run("merge", steps(), "--plan")).as(() -> err).isZero();
    assertThat(out).contains("mean").contains("task_arithmetic");
    assertThat(run("--json", "merge", steps(), root.resolve("merged"), "--plan")).isZero();
    assertThat(json().at("/documents/1/plan/possible").asBoolean()).isTrue();
    Path broken = recipe(Files.readString(steps()).replace("/b", "/none"));
    assertThat(run("merge", broken, root.resolve("merged"), "--plan")).isEqualTo(4);
    assertThat(out).contains("Not planned: it needs mean");
    assertThat(run("merge", broken, root.resolve("merged"))).isEqualTo(4);
    assertThat(err).contains("mean: ");
    try (var files = Files.list(root)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("a", "b", "recipe.yml");
    }
  }

  @Test
  void saysWhereResultsWithNamesGo() throws Exception {
    Path named = recipe("name: copy\nmerge_method: passthrough\nmodels: [{model: DIR/a}]\n");
    Path kept = root.resolve("kept");
    // One document with a name is what mergekit-yaml makes of it, unless a folder is given.
    assertThat(run("merge", named, root.resolve("merged"))).isZero();
    assertThat(run("merge", named, "-I", kept)).as(() -> err).isZero();
    assertThat(kept.resolve("copy/model.safetensors")).exists();
    assertThat(run("merge", named, root.resolve("other"), "-I", kept)).isEqualTo(2);
    assertThat(err).contains("nothing to write to");
    Path two =
        recipe(
            """
            name: one
            merge_method: passthrough
            models: [{model: DIR/a}]
            ---
            name: two
            merge_method: passthrough
            models: [{model: one}]
            """);
    assertThat(run("merge", two)).isEqualTo(2);
    assertThat(err).contains("--intermediate-dir is missing");
    assertThat(run("merge", two, "-I", kept)).isZero();
    assertThat(kept.resolve("two/model.safetensors")).exists();
    // As mergekit-multi spells it.
    Path spelled = root.resolve("spelled");
    assertThat(run("merge", steps(), "-I", kept, "--out-path", spelled)).isZero();
    assertThat(spelled.resolve("model.safetensors")).exists();
    assertThat(run("merge", steps())).isEqualTo(2);
    assertThat(err).contains("the folder for the document without a name");
  }

  @Test
  void refusesDocumentsThatCannotBeOrdered() throws Exception {
    Path circle =
        recipe(
            """
            name: one
            merge_method: passthrough
            models: [{model: two}]
            ---
            name: two
            merge_method: passthrough
            models: [{model: one}]
            """);
    assertThat(run("merge", circle, "-I", root.resolve("kept"))).isEqualTo(3);
    assertThat(err).contains(circle + ":7:18:").contains("one -> two -> one");
  }

  @Test
  void leavesOutWhatNothingUses() throws Exception {
    Path config =
        recipe(
            """
            name: idle
            merge_method: passthrough
            models: [{model: DIR/b}]
            ---
            merge_method: passthrough
            models: [{model: DIR/a}]
            """);
    assertThat(run("merge", config, root.resolve("merged"))).isZero();
    assertThat(err).contains("nothing uses idle");
  }

  @Test
  void mergesRawTensors() throws Exception {
    weights(root.resolve("x.safetensors"), 1, List.of("shared", "only_x"));
    weights(root.resolve("y.safetensors"), 3, List.of("shared", "only_y"));
    Path config =
        recipe(
            """
            merge_method: linear
            models: [{model: DIR/x.safetensors}, {model: DIR/y.safetensors}]
            parameters: {weight: 1}
            """);
    Path target = root.resolve("z.safetensors");
    assertThat(run("merge", config, target)).isEqualTo(3);
    assertThat(err).contains("only_x").contains("--intersection").contains("--union");
    assertThat(run("merge", config, target, "--plan", "-u")).as(() -> err).isZero();
    assertThat(out).contains("The merge is possible.").doesNotContain("config.json");
    assertThat(target).doesNotExist();
    assertThat(run("--json", "merge", config, target, "-i")).as(() -> err).isZero();
    assertThat(json().at("/files/0/name").asText()).isEqualTo("z.safetensors");
    try (SafetensorsFile file = SafetensorsFile.open(target)) {
      assertThat(file.tensors().keySet()).containsExactly("shared");
    }
    assertThat(run("merge", config, target, "-i")).isEqualTo(5);
    assertThat(run("merge", config, target, "-i", "-u")).isEqualTo(2);
    Path folder = root.resolve("folder");
    assertThat(run("merge", config, folder, "--tensor-union")).isZero();
    assertThat(first(folder.resolve("model.safetensors"), "only_y")).isEqualTo(3f);
    // Folders of models, too, where one wants it: all tensors, whatever an architecture lists.
    assertThat(run("merge", linear(), root.resolve("raw"), "--raw")).isZero();
    assertThat(first(root.resolve("raw/model.safetensors"), PROJECTION)).isEqualTo(2f);
    assertThat(root.resolve("raw/config.json")).exists();
    Path several = recipe(Files.readString(config) + "---\nname: x\n" + Files.readString(config));
    assertThat(run("merge", several, root.resolve("two"), "-u")).isEqualTo(3);
    assertThat(err).contains("one at a time");
  }

  @Test
  void refusesPickles() throws Exception {
    Files.writeString(root.resolve("x.pt"), "pickle");
    Path config = recipe("merge_method: passthrough\nmodels: [{model: DIR/x.pt}]\n");
    assertThat(run("merge", config, root.resolve("z.safetensors"))).isEqualTo(6);
    assertThat(err).contains("pickle");
  }

  @Test
  void shufflesLayers() throws Exception {
    Path target = root.resolve("shuffled");
    Path yaml = root.resolve("shuffled.yml");
    Path a = root.resolve("a");
    Path b = root.resolve("b");
    assertThat(
            run(
                "layershuffle",
                "-m",
                a,
                "-w",
                "1",
                "-m",
                b,
                "-w",
                "3",
                "--random-seed",
                "11",
                "--write-yaml",
                yaml,
                "--print-yaml",
                "--bf16",
                target))
        .as(() -> err)
        .isZero();
    assertThat(out).startsWith(Files.readString(yaml));
    assertThat(target.resolve("mergekit_config.yml")).hasContent(Files.readString(yaml));
    assertThat(Files.readString(yaml)).contains("dtype: bfloat16").contains("--random-seed 11");
    // The same stack as the recipe makes it.
    Path again = root.resolve("again");
    assertThat(run("merge", yaml, again)).isZero();
    assertThat(again.resolve("model.safetensors"))
        .hasSameBinaryContentAs(target.resolve("model.safetensors"));
    String drawn = Files.readString(yaml);
    assertThat(run("--json", "layershuffle", "-m", a, "-m", b, "--dry-run", "--full-random"))
        .isZero();
    assertThat(json().path("layers")).hasSize(2);
    assertThat(json().path("recipe").asText()).isNotEqualTo(drawn).contains("--full-random");
  }

  @Test
  void refusesShufflesThatMissSomething() throws Exception {
    Path a = root.resolve("a");
    assertThat(run("layershuffle", root.resolve("out"))).isEqualTo(2);
    assertThat(run("layershuffle", "-m", a)).isEqualTo(2);
    assertThat(err).contains("OUT is missing");
    assertThat(run("layershuffle", "-m", a, "-m", a, "-w", "1", "--dry-run")).isEqualTo(2);
    assertThat(err).contains("2 models but 1 weights");
    assertThat(run("layershuffle", "-m", a, "--fp16", "--bf16", "--dry-run")).isEqualTo(2);
    assertThat(run("layershuffle", "-m", root.resolve("none"), "--dry-run")).isEqualTo(4);
  }
}
