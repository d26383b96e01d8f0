package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.MergeMethods;
import io.ingot.merge.recipe.RecipeDocument;
import io.ingot.merge.recipe.RecipeDocuments;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Merges of tensors by name alone: the same numbers, other files. */
class RawMergeTest {
  private static final MergeOptions PLAIN = MergeOptions.defaults().withThreads(2).withSeed(5);

  @TempDir Path root;

  private Merger inspect(String text, MergeOptions options, TensorNames names) {
    RecipeDocuments documents = RecipeDocuments.read("recipe.yml", text);
    assertThat(documents.documents()).hasSize(1);
    RecipeDocument document = documents.documents().getFirst();
    return Merger.inspectRaw(
        document.recipe(),
        document.source(),
        reference -> root.resolve(reference.path()),
        options,
        names);
  }

  private MergeSummary merge(String text, Path out, TensorNames names) throws InterruptedException {
    try (Merger merger = inspect(text, PLAIN, names).requirePossible()) {
      return merger.write(out, Progress.NONE, Cancellation.NONE);
    }
  }

  private static Path file(Path file, Map<String, String> metadata, Map<String, Float> tensors) {
    List<TensorInfo> infos = new ArrayList<>();
    tensors.forEach((name, value) -> infos.add(new TensorInfo(name, DType.F32, List.of(3L, 2L))));
    SafetensorsWriter.write(
        file,
        infos,
        metadata,
        info -> {
          float[] data = new float[6];
          java.util.Arrays.fill(data, tensors.getOrDefault(info.name(), 0f));
          MemorySegment bytes = MemorySegment.ofArray(new byte[24]);
          Elements.write(DType.F32, data, data.length, bytes, 0);
          return bytes;
        });
    return file;
  }

  private static Map<String, Float> values(Path file) {
    Map<String, Float> values = new TreeMap<>();
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      for (TensorInfo info : opened.tensors().values()) {
        values.put(
            info.name(), (float) Elements.readOne(info.dtype(), opened.data(info.name()), 0));
      }
    }
    return values;
  }

  private static String linear(String a, String b) {
    return """
        merge_method: linear
        models:
          - {model: %s, parameters: {weight: 3}}
          - {model: %s, parameters: {weight: 1}}
        """
        .formatted(a, b);
  }

  /** Where no layers are told apart, both kinds of merge are the same. */
  @TestFactory
  Stream<DynamicTest> everyMethodGivesTheNumbersOfAMergeOfModels() throws IOException {
    for (String name : new String[] {"a", "b", "c", "base"}) {
      TinyModels.write(root.resolve(name), 2, name.hashCode());
    }
    return MergeMethods.all().stream()
        .map(method -> DynamicTest.dynamicTest(method.name(), () -> same(method)));
  }

  private void same(MergeMethod method) throws Exception {
    String text =
        method.name().equals("passthrough")
            ? "merge_method: passthrough\nmodels: [{model: a, parameters: {scale: 0.5}}]\n"
            : method.example();
    Path models = root.resolve("models-" + method.name());
    Path raw = root.resolve("raw-" + method.name() + ".safetensors");
    GoldenMerge.run(root, text, PLAIN, models);
    merge(text, raw, TensorNames.SAME);
    try (TensorSource want = GoldenMerge.weights(models);
        SafetensorsFile got = SafetensorsFile.open(raw)) {
      assertThat(got.tensors()).isEqualTo(want.tensors());
      for (String name : want.tensors().keySet()) {
        assertThat(got.data(name).mismatch(want.data(name))).as(name).isEqualTo(-1);
      }
    }
  }

  @Test
  void writesOneFileWithTheMetadataThatAllAgreeOn() throws Exception {
    file(root.resolve("a.safetensors"), Map.of("format", "pt", "seed", "1"), Map.of("x", 1f));
    file(root.resolve("b.safetensors"), Map.of("format", "pt", "seed", "2"), Map.of("x", 5f));
    Path out = root.resolve("out.safetensors");
    MergeSummary summary = merge(linear("a.safetensors", "b.safetensors"), out, TensorNames.SAME);
    assertThat(values(out)).containsExactly(Map.entry("x", 2f));
    assertThat(summary.files()).containsExactly("out.safetensors");
    assertThat(summary.hashes()).containsOnlyKeys("out.safetensors");
    try (SafetensorsFile opened = SafetensorsFile.open(out)) {
      assertThat(opened.metadata()).isEqualTo(Map.of("format", "pt"));
    }
    try (Stream<Path> files = Files.list(root)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("a.safetensors", "b.safetensors", "out.safetensors");
    }
    assertThatThrownBy(() -> merge(linear("a.safetensors", "b.safetensors"), out, TensorNames.SAME))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT));
  }

  @Test
  void aFolderTakesThePlaceOfItsInputs() throws Exception {
    for (String name : List.of("one", "two")) {
      Path folder = Files.createDirectories(root.resolve(name));
      file(
          folder.resolve("adapter_model.safetensors"),
          Map.of("format", "pt"),
          Map.of("lora_A", name.equals("one") ? 2f : 6f, "lora_B", 1f));
      Files.writeString(folder.resolve("adapter_config.json"), "{\"of\":\"" + name + "\"}");
      Files.writeString(folder.resolve("notes.txt"), "not copied");
    }
    Path out = root.resolve("out");
    merge(linear("one", "two"), out, TensorNames.SAME);
    assertThat(values(out.resolve("adapter_model.safetensors")))
        .containsExactly(Map.entry("lora_A", 3f), Map.entry("lora_B", 1f));
    assertThat(out.resolve("adapter_config.json")).hasContent("{\"of\":\"one\"}");
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "adapter_model.safetensors", "adapter_config.json", "mergekit_config.yml");
    }
    // In shards, with an index of the same name; and these shards are an input again.
    Path shards = root.resolve("shards");
    try (Merger merger =
        inspect(linear("one", "two"), PLAIN.withShardBytes(30), TensorNames.SAME)) {
      merger.write(shards, Progress.NONE, Cancellation.NONE);
    }
    assertThat(shards.resolve("adapter_model-00001-of-00002.safetensors")).exists();
    assertThat(shards.resolve("adapter_model.safetensors.index.json")).exists();
    Path again = root.resolve("again.safetensors");
    merge(linear("shards", "out"), again, TensorNames.SAME);
    assertThat(values(again)).containsExactly(Map.entry("lora_A", 3f), Map.entry("lora_B", 1f));
  }

  @Test
  void namesThatDifferAreAMistakeUnlessOneSaysWhatIsMeant() throws Exception {
    file(root.resolve("a.safetensors"), Map.of(), Map.of("x", 1f, "only_a", 7f));
    file(root.resolve("b.safetensors"), Map.of(), Map.of("x", 5f, "only_b", 9f));
    String text = linear("a.safetensors", "b.safetensors");
    assertThatThrownBy(() -> merge(text, root.resolve("same.safetensors"), TensorNames.SAME))
        .hasMessageContaining("tensor only_a of model b.safetensors: is missing")
        .hasMessageContaining("tensor only_b of model a.safetensors: is missing")
        .hasMessageContaining("--intersection");
    Path common = root.resolve("common.safetensors");
    merge(text, common, TensorNames.INTERSECTION);
    assertThat(values(common)).containsExactly(Map.entry("x", 2f));
    try (Merger merger = inspect(text, PLAIN, TensorNames.INTERSECTION)) {
      assertThat(merger.report().unused())
          .containsEntry("a.safetensors", List.of("only_a"))
          .containsEntry("b.safetensors", List.of("only_b"));
    }
    Path all = root.resolve("all.safetensors");
    merge(text, all, TensorNames.UNION);
    assertThat(values(all))
        .containsExactly(Map.entry("only_a", 7f), Map.entry("only_b", 9f), Map.entry("x", 2f));
  }

  @Test
  void aUnionCopiesWhatTheBaseLacks() throws Exception {
    file(root.resolve("base.safetensors"), Map.of(), Map.of("x", 1f, "only_base", 4f));
    file(root.resolve("a.safetensors"), Map.of(), Map.of("x", 5f, "only_a", 7f));
    String text =
        """
        merge_method: task_arithmetic
        base_model: base.safetensors
        models: [{model: a.safetensors, parameters: {weight: 0.5}}]
        """;
    Path out = root.resolve("out.safetensors");
    MergeSummary summary = merge(text, out, TensorNames.UNION);
    assertThat(values(out))
        .containsExactly(Map.entry("only_a", 7f), Map.entry("only_base", 4f), Map.entry("x", 3f));
    assertThat(summary.warnings()).anyMatch(w -> w.contains("only_a") && w.contains("base"));
  }

  /** Each of these fails in mergekit-pytorch. */
  @Test
  void weightsOfZeroAndGlobalValuesCount() throws Exception {
    file(root.resolve("a.safetensors"), Map.of(), Map.of("x", 1f, "y", 1f));
    file(root.resolve("b.safetensors"), Map.of(), Map.of("x", 5f, "y", 5f));
    Path zero = root.resolve("zero.safetensors");
    merge(linear("a.safetensors", "b.safetensors").replace("3", "0"), zero, TensorNames.SAME);
    assertThat(values(zero)).containsEntry("x", 5f);
    Path global = root.resolve("global.safetensors");
    merge(
        """
        merge_method: linear
        models: [{model: a.safetensors}, {model: b.safetensors}]
        parameters:
          weight: [{filter: x, value: [1, 9]}, {value: 2}]
          normalize: false
        out_dtype: bfloat16
        """,
        global,
        TensorNames.SAME);
    // Gradients are taken at their begin; filters look at tensor names.
    assertThat(values(global)).containsExactly(Map.entry("x", 6f), Map.entry("y", 12f));
    try (SafetensorsFile opened = SafetensorsFile.open(global)) {
      assertThat(opened.info("x").dtype()).isEqualTo(DType.BF16);
    }
  }

  @Test
  void copiesTensorsOfIntegers() throws Exception {
    for (long value : List.of(10L, 20L)) {
      SafetensorsWriter.write(
          root.resolve("ids" + value + ".safetensors"),
          List.of(new TensorInfo("position_ids", DType.I64, List.of(1L))),
          Map.of(),
          info -> {
            MemorySegment bytes = MemorySegment.ofArray(new byte[8]);
            bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
            return bytes;
          });
    }
    Path out = root.resolve("out.safetensors");
    MergeSummary summary =
        merge(
            linear("ids10.safetensors", "ids20.safetensors")
                + "base_model: ids20.safetensors\ndtype: bfloat16\n",
            out,
            TensorNames.SAME);
    try (SafetensorsFile opened = SafetensorsFile.open(out)) {
      assertThat(opened.info("position_ids").dtype()).isEqualTo(DType.I64);
      assertThat(opened.data("position_ids").get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(20);
    }
    assertThat(summary.warnings()).anyMatch(w -> w.contains("position_ids"));
  }

  @Test
  void refusesPicklesAndWhatNeedsAnArchitecture() throws Exception {
    Files.writeString(root.resolve("a.pt"), "pickle");
    Files.createDirectories(root.resolve("folder"));
    Files.writeString(root.resolve("folder/pytorch_model.bin"), "pickle");
    file(root.resolve("b.safetensors"), Map.of(), Map.of("x", 5f));
    Path out = root.resolve("out.safetensors");
    for (String pickle : List.of("a.pt", "folder")) {
      assertThatThrownBy(() -> merge(linear(pickle, "b.safetensors"), out, TensorNames.SAME))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.BLOCKED))
          .hasMessageContaining("is a pickle, which can run code");
    }
    assertThatThrownBy(
            () ->
                merge(
                    "merge_method: passthrough\nslices: [{sources: [{model: b.safetensors, layer_range: [0, 1]}]}]\n",
                    out,
                    TensorNames.SAME))
        .hasMessageContaining("list the files or folders under 'models'");
    assertThatThrownBy(
            () -> merge(linear("missing.safetensors", "b.safetensors"), out, TensorNames.SAME))
        .hasMessageContaining("missing.safetensors does not exist");
    assertThat(out).doesNotExist();
  }
}
