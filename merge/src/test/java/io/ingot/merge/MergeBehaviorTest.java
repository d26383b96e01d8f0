package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.Scratch;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a merge does beside arithmetic: leftovers, failures, folders, resuming. */
class MergeBehaviorTest {
  private static final MergeOptions PLAIN = MergeOptions.defaults().withThreads(2);

  @TempDir Path root;

  @BeforeEach
  void models() throws IOException {
    model("a", 1f, "model.layers.0.self_attn.q_proj.bias");
    model("b", 3f);
  }

  private void model(String name, float value, String... more) throws IOException {
    Path folder = Files.createDirectories(root.resolve(name));
    Files.writeString(
        folder.resolve("config.json"),
        "{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\",\"num_hidden_layers\":1,"
            + "\"vocab_size\":4,\"tie_word_embeddings\":false,\"torch_dtype\":\"float32\"}");
    List<TensorInfo> tensors = new ArrayList<>();
    for (String weight :
        List.of(
            "model.embed_tokens",
            "model.norm",
            "lm_head",
            "model.layers.0.input_layernorm",
            "model.layers.0.post_attention_layernorm",
            "model.layers.0.self_attn.q_proj",
            "model.layers.0.self_attn.k_proj",
            "model.layers.0.self_attn.v_proj",
            "model.layers.0.self_attn.o_proj",
            "model.layers.0.mlp.up_proj",
            "model.layers.0.mlp.gate_proj",
            "model.layers.0.mlp.down_proj")) {
      boolean norm = weight.endsWith("norm");
      tensors.add(
          new TensorInfo(weight + ".weight", DType.F32, norm ? List.of(8L) : List.of(4L, 8L)));
    }
    for (String extra : more) {
      tensors.add(new TensorInfo(extra, DType.F32, List.of(8L)));
    }
    write(folder, tensors, value);
  }

  private static void write(Path folder, List<TensorInfo> tensors, float value) {
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        tensors,
        Map.of(),
        t -> {
          float[] values = new float[(int) t.elements()];
          java.util.Arrays.fill(values, value);
          MemorySegment data = MemorySegment.ofArray(new byte[(int) t.byteSize()]);
          Elements.write(DType.F32, values, values.length, data, 0);
          return data;
        });
  }

  private static String linear(String extra) {
    return "merge_method: linear\nmodels:\n  - {model: a, parameters: {weight: 1}}\n"
        + "  - {model: b, parameters: {weight: 1}}\n"
        + extra;
  }

  private float first(Path out, String tensor) throws IOException {
    try (TensorSource weights = GoldenMerge.weights(out)) {
      return (float) Elements.readOne(weights.info(tensor).dtype(), weights.data(tensor), 0);
    }
  }

  @Test
  void copiesAndReportsWhatTheArchitectureDoesNotList() throws Exception {
    Path out = root.resolve("out");
    MergeSummary summary = GoldenMerge.run(root, linear(""), PLAIN, out);
    assertThat(summary.leftovers()).containsExactly("model.layers.0.self_attn.q_proj.bias");
    assertThat(first(out, "model.norm.weight")).isEqualTo(2f);
    assertThat(first(out, "model.layers.0.self_attn.q_proj.bias")).isEqualTo(1f);
    GoldenMerge.run(root, linear(""), PLAIN.withCompatible(true), out);
    try (TensorSource weights = GoldenMerge.weights(out)) {
      assertThat(weights.tensors()).doesNotContainKey("model.layers.0.self_attn.q_proj.bias");
    }
    assertThat(Files.readString(out.resolve("mergekit_config.yml"))).isEqualTo(linear(""));
    assertThat(out.resolve("README.md")).content().contains("merge_method: linear");
  }

  @Test
  void namesTheModelWithNotANumber() throws Exception {
    model("b", Float.NaN);
    MergeSummary summary = GoldenMerge.run(root, linear(""), PLAIN, root.resolve("out"));
    assertThat(summary.tensors()).isEqualTo(13);
    MergeOptions strict = new MergeOptions(false, false, 0, 0, true, true, true, 1, false);
    assertThatThrownBy(() -> GoldenMerge.run(root, linear(""), strict, root.resolve("strict")))
        .hasMessageContaining("NaN or infinity at element 0, as in b");
    assertThat(root.resolve("strict")).doesNotExist();
  }

  @Test
  void tellsNumbersThatAreNoneInTheOrderOfTensors() throws Exception {
    model("b", Float.NaN);
    List<String> expected = new ArrayList<>();
    try (Merger merger = GoldenMerge.open(root, linear(""), PLAIN)) {
      for (MergeReport.OutputTensor tensor : merger.report().outputs()) {
        if (tensor.models().size() == 2) {
          expected.add(
              "tensor %s has NaN or infinity at element 0, as in b".formatted(tensor.name()));
        }
      }
    }
    assertThat(expected).hasSize(12);
    MergeSummary summary =
        GoldenMerge.run(root, linear(""), PLAIN.withThreads(4), root.resolve("out"));
    assertThat(summary.warnings()).containsExactlyElementsOf(expected);
  }

  @Test
  void namesTheFirstOfManyBrokenElements() throws Exception {
    String large = "model.layers.0.mlp.up_proj.weight";
    int first = Scratch.BLOCK - 1;
    for (String name : List.of("a", "b")) {
      List<TensorInfo> tensors = new ArrayList<>();
      try (TensorSource weights = GoldenMerge.weights(root.resolve(name))) {
        weights.tensors().values().stream()
            .map(
                t ->
                    t.name().equals(large)
                        ? new TensorInfo(large, DType.F32, List.of(Scratch.BLOCK / 2L, 8L))
                        : t)
            .forEach(tensors::add);
      }
      write(root.resolve(name), tensors, 1f);
    }
    SafetensorsFile file = SafetensorsFile.open(root.resolve("b/model.safetensors"));
    long begin;
    try (file) {
      begin =
          Files.size(root.resolve("b/model.safetensors"))
              - file.tensors().values().stream().mapToLong(TensorInfo::byteSize).sum();
      for (TensorInfo info : file.tensors().values()) {
        if (info.name().equals(large)) {
          break;
        }
        begin += info.byteSize();
      }
    }
    try (FileChannel channel =
        FileChannel.open(root.resolve("b/model.safetensors"), StandardOpenOption.WRITE)) {
      ByteBuffer values =
          ByteBuffer.allocate(4 * (4 * Scratch.BLOCK - first)).order(ByteOrder.LITTLE_ENDIAN);
      while (values.hasRemaining()) {
        values.putFloat(Float.POSITIVE_INFINITY);
      }
      channel.write(values.flip(), begin + 4L * first);
    }
    MergeSummary summary =
        GoldenMerge.run(root, linear(""), PLAIN.withThreads(4), root.resolve("out"));
    assertThat(summary.warnings())
        .containsExactly(
            "tensor %s has NaN or infinity at element %d, as in b".formatted(large, first));
  }

  @Test
  void refusesUnequalShapesBeforeTheFirstByte() throws Exception {
    Files.writeString(
        root.resolve("b/config.json"),
        Files.readString(root.resolve("b/config.json")).replace("torch", "x"));
    model("b", 1f);
    List<TensorInfo> tensors = new ArrayList<>();
    try (TensorSource weights = GoldenMerge.weights(root.resolve("b"))) {
      weights.tensors().values().stream()
          .map(
              t ->
                  t.name().contains("up_proj")
                      ? new TensorInfo(t.name(), t.dtype(), List.of(5L, 8L))
                      : t)
          .forEach(tensors::add);
    }
    write(root.resolve("b"), tensors, 1f);
    assertThatThrownBy(() -> GoldenMerge.open(root, linear(""), PLAIN))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
        .hasMessageContaining("model.layers.0.mlp.up_proj.weight: shapes differ")
        .hasMessageContaining("[4, 8]")
        .hasMessageContaining("[5, 8]");
  }

  @Test
  void refusesABaseWithoutTheTensorAndDuplicates() {
    assertThatThrownBy(
            () ->
                GoldenMerge.open(
                    root,
                    "merge_method: passthrough\nslices:\n  - sources: [{model: a, layer_range: [0, 2]}]\n",
                    PLAIN))
        .hasMessageContaining("9 tensors of model a (model.layers.1.input_layernorm.weight, ")
        .hasMessageContaining("...): missing, but the architecture requires it")
        .hasMessageContaining("layer_range ends at 2, but the model has 1 layers");
  }

  @Test
  void doesNotTouchForeignFolders() throws Exception {
    Path out = Files.createDirectories(root.resolve("out"));
    Files.writeString(out.resolve("thesis.txt"), "years of work");
    assertThatThrownBy(() -> GoldenMerge.run(root, linear(""), PLAIN, out))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT));
    assertThat(out.resolve("thesis.txt")).exists();
  }

  @Test
  void goesOnAtTheShardAfterAnInterruption() throws Exception {
    Path out = root.resolve("out");
    Path whole = root.resolve("whole");
    MergeOptions shards = PLAIN.withShardBytes(300).withThreads(1);
    GoldenMerge.run(root, linear(""), shards, whole);
    int[] polls = {0};
    try (Merger merger = GoldenMerge.open(root, linear(""), shards)) {
      assertThatThrownBy(
              () ->
                  merger.write(
                      out,
                      io.ingot.progress.Progress.NONE,
                      () -> {
                        if (++polls[0] == 8) {
                          Thread.sleep(300);
                          throw new InterruptedException();
                        }
                      }))
          .isInstanceOf(InterruptedException.class);
    }
    assertThat(out).doesNotExist();
    assertThat(root.resolve(".out.ingot-partial")).isDirectoryContaining("glob:**.safetensors");
    GoldenMerge.run(root, linear(""), shards.withResume(true), out);
    assertThat(root.resolve(".out.ingot-partial")).doesNotExist();
    try (java.util.stream.Stream<Path> files = Files.list(whole)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        assertThat(out.resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
  }

  @Test
  void keepsConfigurationConsistent() throws Exception {
    Path config = root.resolve("a/config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace("\"tie_word_embeddings\":false", "\"tie_word_embeddings\":true"));
    Path out = root.resolve("out");
    GoldenMerge.run(root, linear("dtype: bfloat16\n"), PLAIN, out);
    com.fasterxml.jackson.databind.JsonNode written =
        new ObjectMapper().readTree(out.resolve("config.json").toFile());
    assertThat(written.path("tie_word_embeddings").asBoolean()).isFalse();
    assertThat(written.path("torch_dtype").asText()).isEqualTo("bfloat16");
  }
}
