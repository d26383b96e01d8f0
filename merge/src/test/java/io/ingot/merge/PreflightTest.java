package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.merge.Finding.Severity;
import io.ingot.merge.recipe.Recipe;
import io.ingot.merge.recipe.RecipeReader;
import io.ingot.model.Model;
import io.ingot.progress.Cancellation;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said about a merge before the first byte, without asking for any weight. */
class PreflightTest {
  private static final String BIAS = "model.layers.0.self_attn.q_proj.bias";

  @TempDir Path root;
  private final Map<String, TinyModel> models = new HashMap<>();
  private final Map<String, Path> folders = new HashMap<>();

  /** A model of headers alone: whoever asks for weights fails the test. */
  private record Headers(TinyModel model, Optional<Path> folder) implements Model, TensorSource {
    @Override
    public ObjectNode config() {
      return new ObjectMapper().valueToTree(model.config());
    }

    @Override
    public TensorSource weights() {
      return this;
    }

    @Override
    public SequencedMap<String, TensorInfo> tensors() {
      SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
      model.infos().forEach(t -> tensors.put(t.name(), t));
      return Collections.unmodifiableSequencedMap(tensors);
    }

    @Override
    public MemorySegment data(String name) {
      throw new AssertionError("weights of " + name + " were asked for");
    }

    @Override
    public void close() {}
  }

  private TinyModel model(String name) {
    return model(name, new TinyModel());
  }

  private TinyModel model(String name, TinyModel model) {
    models.put(name, model);
    return model;
  }

  private Merger inspect(String recipe) {
    return inspect(recipe, MergeOptions.defaults());
  }

  private Merger inspect(String recipe, MergeOptions options) {
    Recipe read =
        Objects.requireNonNull(RecipeReader.readAll("recipe", recipe).getFirst().recipe());
    return Merger.inspect(
        read,
        recipe,
        reference -> {
          TinyModel model = models.get(reference.path());
          if (model == null) {
            throw IngotException.notFound("there is no model folder '" + reference.path() + "'");
          }
          return new Headers(model, Optional.ofNullable(folders.get(reference.path())));
        },
        options);
  }

  private List<String> errors(String recipe) {
    try (Merger merger = inspect(recipe)) {
      return merger.report().lines(Severity.ERROR);
    }
  }

  private List<String> warnings(String recipe) {
    try (Merger merger = inspect(recipe)) {
      assertThat(merger.report().lines(Severity.ERROR)).isEmpty();
      return merger.report().lines(Severity.WARNING);
    }
  }

  private static String linear(String extra) {
    return "merge_method: linear\nmodels:\n  - {model: a, parameters: {weight: 1}}\n"
        + "  - {model: b, parameters: {weight: 1}}\n"
        + extra;
  }

  @Test
  void tellsTheWholeOutputFromHeaders() {
    model("a", new TinyModel().stored(DType.BF16));
    model("b", new TinyModel().stored(DType.BF16));
    try (Merger merger = inspect(linear(""), MergeOptions.defaults().withShardBytes(1000))) {
      MergeReport report = merger.report();
      assertThat(report.possible()).isTrue();
      assertThat(report.tensors()).isEqualTo(21);
      assertThat(report.parameters()).isEqualTo(2 * 16 * 8 + 5 * 8 + 14 * 64);
      assertThat(report.readBytes()).isEqualTo(2 * 2 * report.parameters());
      assertThat(report.dtypes()).containsExactly(Map.entry("BF16", 21));
      assertThat(report.files()).hasSizeGreaterThan(2);
      assertThat(report.diskBytes()).isGreaterThan(2 * report.parameters());
      assertThat(report.models()).extracting(MergeReport.ModelLine::rows).containsExactly(16L, 16L);
      assertThat(report.findings()).isEmpty();
    }
  }

  @Test
  void findsEverythingAtOnce() {
    model("a");
    model("b").with(t -> t.replace("model.layers.1.mlp.up_proj.weight", List.of(9L, 8L)));
    model("c").with(t -> t.remove("model.layers.0.self_attn.q_proj.weight"));
    List<String> errors =
        errors(
            "merge_method: ties\nbase_model: a\nmodels:\n"
                + "  - {model: b, parameters: {weight: 1, density: -0.5}}\n"
                + "  - {model: c, parameters: {weight: .nan}}\n");
    assertThat(errors)
        .hasSize(3)
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("21 tensors of model b", "'density' is -0.5", "from 0 to 1"))
        .anySatisfy(line -> assertThat(line).contains("of model c", "'weight' is NaN"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("model.layers.0.self_attn.q_proj.weight of model c: missing"));
  }

  @Test
  void namesEveryModelThatCannotBeOpenedAndComparesTheOthers() {
    model("a").config("rope_theta", 10_000);
    model("b").config("rope_theta", 500_000);
    String recipe =
        linear("").replace("b, parameters", "b, parameters")
            + "  - {model: gone, parameters: {weight: 1}}\n  - {model: lost, parameters: {weight: 1}}\n";
    try (Merger merger = inspect(recipe)) {
      MergeReport report = merger.report();
      assertThat(report.possible()).isFalse();
      assertThat(report.lines(Severity.ERROR))
          .containsExactly(
              "gone: there is no model folder 'gone'", "lost: there is no model folder 'lost'");
      assertThat(report.lines(Severity.WARNING)).singleElement().asString().contains("rope_theta");
      assertThat(report.findings().getFirst().kind()).isEqualTo(ErrorKind.NOT_FOUND);
    }
  }

  @Test
  void missingParametersAreFoundForModelsAndMethods() {
    model("a");
    model("b");
    assertThat(errors("merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\n"))
        .singleElement()
        .asString()
        .contains("21 tensors", "parameter 't' is missing", "under 'parameters' of the recipe");
    assertThat(errors("merge_method: linear\nmodels: [{model: a}, {model: b}]\n"))
        .hasSize(2)
        .allSatisfy(l -> assertThat(l).contains("'weight' is missing"));
  }

  @Test
  void aBaseWithoutTheTensorIsAnErrorAndADensityAboveOneAWarning() {
    TinyModel a = granite("a").with(t -> t.put(BIAS, List.of(8L)));
    granite("b");
    String recipe =
        "merge_method: ties\nbase_model: b\nmodels:\n"
            + "  - {model: a, parameters: {weight: 1, density: 1.5}}\n";
    assertThat(errors(recipe))
        .singleElement()
        .asString()
        .contains("q_proj.bias", "the base model b does not have this tensor");
    a.with(t -> t.remove(BIAS));
    assertThat(warnings(recipe))
        .singleElement()
        .asString()
        .contains("model a", "'density' is 1.5", "counts as 1");
  }

  private TinyModel granite(String name) {
    return model(name)
        .config("architectures", List.of("GraniteForCausalLM"))
        .config("model_type", "granite");
  }

  @Test
  void weightsThatSumToNothingAreNoAverage() {
    model("a");
    model("b");
    String recipe = linear("").replaceFirst("weight: 1", "weight: -1");
    assertThat(errors(recipe)).singleElement().asString().contains("weights", "sum to 0");
    assertThat(errors(recipe + "parameters: {normalize: false}\n")).isEmpty();
  }

  @Test
  void warnsOfRowsThatMeanOtherTokens() throws Exception {
    model("a", new TinyModel(1, 16));
    model("b", new TinyModel(1, 18)).config("vocab_size", 16);
    folders.put("a", tokenizer("a", "{\"x\":0,\"y\":1,\"z\":2}"));
    folders.put("b", tokenizer("b", "{\"x\":0,\"y\":2,\"w\":1}"));
    assertThat(warnings(linear("")))
        .anySatisfy(l -> assertThat(l).contains("b: config.json says vocab_size 16", "has 18 rows"))
        .anySatisfy(l -> assertThat(l).contains("has 18 rows, that of a has 16", "union"))
        .anySatisfy(
            l ->
                assertThat(l)
                    .contains(
                        "another tokenizer",
                        "1 are unknown to a (such as 'w', id 1)",
                        "1 have another id (such as 'y', 2 instead of 1)"))
        .anySatisfy(l -> assertThat(l).contains("b has shape [18, 8] and is cut to [16, 8]"));
    folders.put("b", tokenizer("b", "{\"x\":0,\"y\":1,\"z\":2}"));
    assertThat(warnings(linear(""))).noneMatch(l -> l.contains("another tokenizer"));
  }

  private Path tokenizer(String name, String vocabulary) throws Exception {
    Path folder = Files.createDirectories(root.resolve(name));
    Files.writeString(
        folder.resolve("tokenizer.json"),
        "{\"model\":{\"type\":\"BPE\",\"vocab\":" + vocabulary + "}}");
    return folder;
  }

  @Test
  void warnsOfDtypesHeadsQuantizationAndOtherMeanings() {
    model("a", new TinyModel().stored(DType.BF16)).config("hidden_act", "silu");
    model("b", new TinyModel().stored(DType.F16))
        .with(t -> t.remove("lm_head.weight"))
        .config("tie_word_embeddings", true)
        .config("hidden_act", "gelu")
        .config("quantization_config", Map.of("quant_method", "gptq"));
    assertThat(warnings(linear("")))
        .anySatisfy(l -> assertThat(l).contains("different dtypes (b F16; a BF16)", "'dtype:"))
        .anySatisfy(l -> assertThat(l).contains("with a head of their own: a", "place: b"))
        .anySatisfy(l -> assertThat(l).contains("b: its weights are quantized", "gptq"))
        .anySatisfy(l -> assertThat(l).contains("b: config.json says hidden_act \"gelu\""));
    assertThat(warnings(linear("dtype: bfloat16\n")))
        .noneMatch(l -> l.contains("different dtypes"));
  }

  @Test
  void warnsOfWeightsThatNeedScales() {
    model("a", new TinyModel().stored(DType.BF16));
    model("b", new TinyModel().stored(DType.F8_E4M3));
    assertThat(warnings(linear("dtype: bfloat16\n")))
        .anySatisfy(l -> assertThat(l).contains("b: it has weights of 8 bits", "F8_E4M3", "scales"))
        .noneMatch(l -> l.contains("a: it has weights of 8 bits"));
  }

  @Test
  void refusesIdsAndRowsThatNoModelHas() throws Exception {
    model("a");
    model("b");
    folders.put("a", tokenizer("a", "{\"x\":0,\"y\":1}"));
    for (String id :
        List.of("-5", "2147483647", "50000000", "4294967297", "1e400", "1.5", "\"7\"", "null")) {
      folders.put("b", tokenizer("b", "{\"x\":0,\"bad\":" + id + "}"));
      for (String source : List.of("union", "base", "b")) {
        assertThat(errors(linear("tokenizer: {source: " + source + "}\n")))
            .singleElement()
            .asString()
            .contains("tokenizer.json", "'bad'", "from 0 to 65539");
      }
    }
    folders.put("b", tokenizer("b", "{\"x\":0,\"w\":1}"));
    for (String id : List.of("99999", "16", "-1")) {
      String rule = "source: {kind: model_token, model: b, token_id: " + id + "}";
      assertThat(errors(linear("tokenizer: {source: union, tokens: {z: {" + rule + "}}}\n")))
          .isNotEmpty()
          .anySatisfy(l -> assertThat(l).contains("token id " + id, "from b", "16 rows"));
    }
  }

  @Test
  void saysWhichTensorsOfWhichModelAreNotUsed() {
    model("a").with(t -> t.put("visual.proj.weight", List.of(4L)));
    model("b").with(t -> t.put("medusa.head.weight", List.of(4L)));
    try (Merger merger = inspect(linear(""))) {
      assertThat(merger.report().leftovers()).containsExactly("visual.proj.weight");
      assertThat(merger.report().unused())
          .containsExactly(Map.entry("b", List.of("medusa.head.weight")));
    }
  }

  @Test
  void mixedArchitecturesAreOneError() {
    model("a");
    model("b").config("architectures", List.of("GPT2LMHeadModel")).config("model_type", "gpt2");
    assertThat(errors(linear("")))
        .singleElement()
        .asString()
        .contains("a is llama, b is gpt2", "--allow-crimes");
  }

  @Test
  void integersAreCopiedNotMerged() {
    model("a", new TinyModel().stored(DType.I8));
    model("b", new TinyModel().stored(DType.I8));
    assertThat(warnings(linear("")))
        .anySatisfy(l -> assertThat(l).contains("holds I8", "copied from this model, not merged"));
  }

  @Test
  void theSameModelTwiceInASliceIsTwoInputs() {
    model("a", new TinyModel(4, 16));
    String recipe =
        "merge_method: linear\nslices:\n  - sources:\n"
            + "      - {model: a, layer_range: [0, 2], parameters: {weight: 1}}\n"
            + "      - {model: a, layer_range: [2, 4], parameters: {weight: 3}}\n";
    try (Merger merger = inspect(recipe)) {
      assertThat(merger.report().lines(Severity.ERROR)).isEmpty();
      assertThat(merger.report().outputs())
          .filteredOn(t -> t.name().startsWith("model.layers.1."))
          .allSatisfy(t -> assertThat(t.models()).containsExactly("a", "a"));
      assertThat(merger.report().outputs())
          .filteredOn(t -> t.name().startsWith("lm_head"))
          .allSatisfy(t -> assertThat(t.models()).containsExactly("a"));
    }
    try (Merger merger = inspect(recipe, MergeOptions.defaults().withCompatible(true))) {
      assertThat(merger.report().outputs()).allSatisfy(t -> assertThat(t.models()).hasSize(1));
      assertThat(merger.report().lines(Severity.WARNING))
          .anySatisfy(l -> assertThat(l).contains("a: is listed twice in one slice"));
    }
  }

  @Test
  void refusesTargetsThatAreInputsOrInsideOrAroundThem() throws Exception {
    model("a");
    model("b");
    folders.put("a", Files.createDirectories(root.resolve("models/a")));
    Files.writeString(root.resolve("models/a/mergekit_config.yml"), "");
    for (String target : List.of("models/a", "models/a/out", "models")) {
      Path path = root.resolve(target);
      try (Merger merger = inspect(linear(""))) {
        MergeReport report = merger.report(path);
        assertThat(report.findings())
            .filteredOn(f -> f.severity() == Severity.ERROR)
            .as(target)
            .isNotEmpty()
            .allSatisfy(f -> assertThat(f.kind()).isEqualTo(ErrorKind.CONFLICT))
            .anySatisfy(f -> assertThat(f.message()).contains("model a"));
      }
    }
    // Through a link it is the same folder.
    Path link = Files.createSymbolicLink(root.resolve("link"), root.resolve("models/a"));
    try (Merger merger = inspect(linear(""))) {
      assertThat(merger.report(link).lines(Severity.ERROR))
          .anySatisfy(l -> assertThat(l).contains("is the folder of model a"));
      assertThatThrownBy(
              () -> merger.write(link, io.ingot.progress.Progress.NONE, Cancellation.NONE))
          .isInstanceOf(IngotException.class);
    }
  }

  @Test
  void saysWhenItDoesNotFit() {
    // A petabyte: no file system of a test has it.
    model("a", new TinyModel(1, 1L << 47));
    model("b", new TinyModel(1, 1L << 47));
    try (Merger merger = inspect(linear(""))) {
      MergeReport report = merger.report(root.resolve("out"));
      assertThat(report.lines(Severity.ERROR))
          .singleElement()
          .asString()
          .contains("needs", "are free", "name another folder");
      assertThat(report.freeBytes()).isPositive();
      assertThatThrownBy(
              () ->
                  merger.write(
                      root.resolve("out"), io.ingot.progress.Progress.NONE, Cancellation.NONE))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED));
      assertThat(root).isEmptyDirectory();
    }
  }

  /** Bits of all models are kept, but only one model is sorted at a time. */
  @Test
  void countsTheScratchOfOneSelectionAtATime() {
    List<String> names = List.of("base", "a", "b", "c", "d");
    names.forEach(name -> model(name, new TinyModel(1, 1L << 24)));
    long one = memory(List.of("a"));
    long four = memory(names.subList(1, 5));
    // Two tables of 2^24 rows are by far the largest tensors; 3 models more are 3 bits an element.
    long elements =
        model("base", new TinyModel(1, 1L << 24)).infos().stream()
            .mapToLong(TensorInfo::elements)
            .max()
            .orElse(0);
    assertThat(one).isGreaterThan(4 * elements);
    assertThat(four - one).isBetween(0L, 3 * elements);
  }

  private long memory(List<String> names) {
    StringBuilder recipe = new StringBuilder("merge_method: ties\nbase_model: base\nmodels:\n");
    names.forEach(
        n ->
            recipe.append("  - {model: %s, parameters: {weight: 1, density: 0.5}}\n".formatted(n)));
    try (Merger merger = inspect(recipe.toString())) {
      return merger.report().memoryBytes();
    }
  }
}
