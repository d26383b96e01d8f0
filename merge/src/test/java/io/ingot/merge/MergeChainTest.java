package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.merge.MergeChain.Made;
import io.ingot.merge.MergeChain.Planned;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.RecipeDocument;
import io.ingot.merge.recipe.RecipeDocuments;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several documents in one file: planning before anything exists, reuse, resuming, failures. */
class MergeChainTest {
  private static final MergeOptions PLAIN = MergeOptions.defaults().withThreads(1);
  private static final String TWO =
      """
      merge_method: linear
      models:
        - {model: stacked, parameters: {weight: 1}}
        - {model: mean, parameters: {weight: 1}}
      ---
      name: stacked
      merge_method: passthrough
      slices:
        - sources: [{model: mean, layer_range: [0, 1]}]
        - sources: [{model: c, layer_range: [1, 2]}]
      ---
      name: mean
      merge_method: linear
      models:
        - {model: a, parameters: {weight: 1}}
        - {model: b, parameters: {weight: 1}}
      """;

  @TempDir Path root;

  @BeforeEach
  void models() throws IOException {
    TinyModels.constant(root.resolve("a"), 2, 1);
    TinyModels.constant(root.resolve("b"), 2, 3);
    TinyModels.constant(root.resolve("c"), 2, 9);
  }

  private MergeChain chain(String text, NamedResults results, MergeOptions options) {
    RecipeDocuments documents = RecipeDocuments.read("recipe.yml", text);
    assertThat(documents.problems()).isEmpty();
    return new MergeChain(documents.documents(), new Folders(), options, results);
  }

  /** Models by the names of their folders. */
  private final class Folders implements MergeChain.Inputs {
    @Override
    public ModelResolver models(RecipeDocument document) {
      return reference -> GoldenMerge.model(root, reference);
    }

    @Override
    public Path adapter(RecipeDocument document, ModelRef reference) {
      return root.resolve(reference.path());
    }

    @Override
    public MergeFacts facts(RecipeDocument document, String title) {
      return MergeFacts.NONE;
    }
  }

  private List<Made> write(String text, NamedResults results, Path out, MergeOptions options)
      throws InterruptedException {
    return chain(text, results, options).write(out, Progress.NONE, Cancellation.NONE);
  }

  private static float first(Path folder, String tensor) throws IOException {
    try (TensorSource weights = GoldenMerge.weights(folder)) {
      return (float) Elements.readOne(weights.info(tensor).dtype(), weights.data(tensor), 0);
    }
  }

  @Test
  void mergesWhatOtherDocumentsMake() throws Exception {
    Path out = root.resolve("out");
    write(TWO, NamedResults.beside(out, false), out, PLAIN);
    // mean: 2, layers 2 and 3; stacked: layer 0 of mean and layer 1 of c.
    assertThat(first(out, "model.embed_tokens.weight")).isEqualTo(2f);
    assertThat(first(out, "model.layers.0.mlp.up_proj.weight")).isEqualTo(2f);
    assertThat(first(out, "model.layers.1.mlp.up_proj.weight")).isEqualTo((10f + 3f) / 2);
    assertThat(root.resolve(".out.ingot-steps")).doesNotExist();
    assertThat(out.resolve(".ingot-merge.json")).doesNotExist();
    RecipeDocuments again =
        RecipeDocuments.read("again", Files.readString(out.resolve("mergekit_config.yml")));
    assertThat(again.documents()).hasSize(3);
  }

  @Test
  void plansWithoutWritingAnything() throws Exception {
    Path results = root.resolve("results");
    List<Planned> planned = chain(TWO, NamedResults.kept(results, true), PLAIN).plan(null);
    assertThat(planned)
        .extracting(p -> p.document().name().orElse(""))
        .containsExactly("mean", "stacked", "");
    assertThat(planned).noneMatch(Planned::kept);
    assertThat(planned.getLast().report().orElseThrow().parameters())
        .isEqualTo(3 * 48 - 40 + 2 * (7 * 48 + 16));
    assertThat(results).doesNotExist();
  }

  @Test
  void plansMethodsThatLookAtWeights() throws Exception {
    String text =
        """
        name: mean
        merge_method: linear
        models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 1}}]
        ---
        merge_method: sce
        base_model: mean
        models: [{model: a}, {model: c}]
        parameters: {select_topk: 0.5}
        """;
    MergeOptions compatible = PLAIN.withCompatible(true);
    Path out = root.resolve("out");
    NamedResults kept = NamedResults.kept(root.resolve("results"), true);
    assertThat(chain(text, kept, compatible).plan(null)).hasSize(2);
    assertThat(made(write(text, kept, out, compatible))).containsExactly(true, true);
  }

  @Test
  void saysWhatIsWrongWithEveryDocument() {
    String text =
        TWO.replace("layer_range: [0, 1]", "layer_range: [7, 8]").replace("model: b,", "model: z,");
    List<Planned> planned =
        chain(text, NamedResults.kept(root.resolve("results"), true), PLAIN).plan(null);
    assertThat(planned.get(0).report().orElseThrow().possible()).isFalse();
    assertThat(planned.get(1).report()).as("reads what cannot be made").isEmpty();
    assertThat(planned.get(2).report()).isEmpty();
    // What is wrong with the place of a result is found before the first byte, too.
    assertThatThrownBy(
            () -> write(TWO, NamedResults.kept(root.resolve("a"), true), root.resolve("a"), PLAIN))
        .hasMessageContaining("lie inside one another");
    assertThatThrownBy(
            () ->
                write(TWO, NamedResults.beside(root.resolve("x"), false), root.resolve("b"), PLAIN))
        .hasMessageContaining("holds no earlier merge");
    assertThat(root.resolve("results")).doesNotExist();
    assertThat(root.resolve(".x.ingot-steps")).doesNotExist();
  }

  @Test
  void findsMistakesOfLaterDocumentsBeforeTheFirstByte() {
    Path out = root.resolve("out");
    String text = TWO.replace("layer_range: [0, 1]", "layer_range: [7, 8]");
    assertThatThrownBy(() -> write(text, NamedResults.beside(out, false), out, PLAIN))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("stacked: 9 tensors of model mean (model.layers.7")
        .hasMessageContaining(": missing, but");
    assertThat(root.resolve(".out.ingot-steps")).doesNotExist();
  }

  @Test
  void foldsAdaptersIntoResults() throws Exception {
    Path adapter = Files.createDirectories(root.resolve("lora"));
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        """
        {"peft_type": "LORA", "r": 1, "lora_alpha": 2, "target_modules": ["up_proj"],
         "base_model_name_or_path": "a"}
        """);
    String module = "base_model.model.model.layers.0.mlp.up_proj.";
    SafetensorsWriter.write(
        adapter.resolve("adapter_model.safetensors"),
        List.of(
            new TensorInfo(module + "lora_A.weight", DType.F32, List.of(1L, 8L)),
            new TensorInfo(module + "lora_B.weight", DType.F32, List.of(6L, 1L))),
        Map.of(),
        info -> {
          float[] ones = new float[(int) info.elements()];
          java.util.Arrays.fill(ones, 1f);
          MemorySegment bytes = MemorySegment.ofArray(new byte[(int) info.byteSize()]);
          Elements.write(DType.F32, ones, ones.length, bytes, 0);
          return bytes;
        });
    String text =
        """
        name: mean
        merge_method: linear
        models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 1}}]
        ---
        merge_method: passthrough
        models: [{model: mean+lora}]
        """;
    Path out = root.resolve("out");
    write(text, NamedResults.beside(out, false), out, PLAIN);
    // 2 of the mean, and alpha / r * B A = 2.
    assertThat(first(out, "model.layers.0.mlp.up_proj.weight")).isEqualTo(4f);
    assertThat(first(out, "model.layers.0.mlp.gate_proj.weight")).isEqualTo(2f);
  }

  @Test
  void usesCompleteResultsOfTheSameMergeOnly() throws Exception {
    Path out = root.resolve("out");
    NamedResults kept = NamedResults.kept(root.resolve("results"), true);
    assertThat(made(write(TWO, kept, out, PLAIN))).containsExactly(true, true, true);
    assertThat(made(write(TWO, kept, out, PLAIN))).containsExactly(false, false, true);
    assertThat(chain(TWO, kept, PLAIN).plan(null))
        .extracting(Planned::kept)
        .containsExactly(true, true, false);
    // Another recipe for the middle one: the first may stay.
    String other = TWO.replace("model: c", "model: b");
    assertThat(made(write(other, kept, out, PLAIN))).containsExactly(false, true, true);
    // Another seed or option makes all anew; so does a changed input or an explicit wish.
    assertThat(made(write(other, kept, out, PLAIN.withSeed(7)))).containsExactly(true, true, true);
    TinyModels.constant(root.resolve("a"), 2, 5);
    assertThat(made(write(other, kept, out, PLAIN.withSeed(7)))).containsExactly(true, true, true);
    assertThat(first(out, "model.embed_tokens.weight")).isEqualTo(4f);
    NamedResults fresh = NamedResults.kept(root.resolve("results"), false);
    assertThat(made(write(other, fresh, out, PLAIN.withSeed(7)))).containsExactly(true, true, true);
  }

  @Test
  void makesDamagedResultsAnew() throws Exception {
    Path out = root.resolve("out");
    Path results = root.resolve("results");
    NamedResults kept = NamedResults.kept(results, true);
    write(TWO, kept, out, PLAIN);
    Files.delete(results.resolve("mean/config.json"));
    Files.writeString(results.resolve("stacked/model.safetensors"), "broken");
    assertThat(made(write(TWO, kept, out, PLAIN))).containsExactly(true, true, true);
    assertThat(first(out, "model.embed_tokens.weight")).isEqualTo(2f);
  }

  @Test
  void goesOnAfterAFailure() throws Exception {
    Path out = root.resolve("out");
    Path steps = root.resolve(".out.ingot-steps");
    int[] polls = {0};
    MergeChain chain = chain(TWO, NamedResults.beside(out, false), PLAIN);
    assertThatThrownBy(
            () ->
                chain.write(
                    out,
                    Progress.NONE,
                    () -> {
                      if (++polls[0] > 30) {
                        throw new InterruptedException();
                      }
                    }))
        .isInstanceOf(InterruptedException.class);
    assertThat(steps.resolve("mean/config.json")).exists();
    assertThat(out).doesNotExist();
    List<Made> made = write(TWO, NamedResults.beside(out, true), out, PLAIN.withResume(true));
    assertThat(made(made)).containsExactly(false, true, true);
    assertThat(steps).doesNotExist();
    assertThat(first(out, "model.layers.1.mlp.up_proj.weight")).isEqualTo(6.5f);
  }

  @Test
  void twoChainsIntoOneFolderDoNotMix() throws Exception {
    for (NamedResults results :
        List.of(
            NamedResults.beside(root.resolve("out"), false),
            NamedResults.kept(root.resolve("results"), false))) {
      Path out = root.resolve("out");
      int[] refused = {0};
      Cancellation meanwhile =
          () -> {
            if (Files.exists(results.folder("mean")) && refused[0]++ == 0) {
              assertThatThrownBy(() -> write(TWO, results, out, PLAIN))
                  .isInstanceOfSatisfying(
                      IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT))
                  .hasMessageContaining("another process writes " + results.root());
              assertThat(results.folder("mean/config.json")).exists();
            }
          };
      chain(TWO, results, PLAIN).write(out, Progress.NONE, meanwhile);
      assertThat(refused[0]).isPositive();
      assertThat(first(out, "model.layers.1.mlp.up_proj.weight")).isEqualTo(6.5f);
      write(TWO, results, out, PLAIN);
      try (Stream<Path> files = Files.walk(root)) {
        assertThat(files).noneMatch(f -> f.toString().endsWith("ingot-lock"));
      }
    }
  }

  @Test
  void doesNotResumeAnotherMerge() throws Exception {
    Path out = root.resolve("out");
    MergeOptions shards = PLAIN.withShardBytes(400);
    int[] polls = {0};
    assertThatThrownBy(
            () ->
                chain(single(1), NamedResults.beside(out, false), shards)
                    .write(
                        out,
                        Progress.NONE,
                        () -> {
                          if (++polls[0] > 12) {
                            throw new InterruptedException();
                          }
                        }))
        .isInstanceOf(InterruptedException.class);
    assertThat(root.resolve(".out.ingot-partial")).exists();
    // The same names and shapes, other weights: finished shards must not be taken over.
    write(single(3), NamedResults.beside(out, true), out, shards.withResume(true));
    for (String tensor : List.of("lm_head.weight", "model.layers.0.mlp.up_proj.weight")) {
      assertThat(first(out, tensor)).as(tensor).isEqualTo(2.5f);
    }
  }

  private static String single(int weight) {
    return """
        merge_method: linear
        models:
          - {model: a, parameters: {weight: 1}}
          - {model: b, parameters: {weight: %d}}
        """
        .formatted(weight);
  }

  private static List<Boolean> made(List<Made> documents) {
    return documents.stream().map(d -> d.summary().isPresent()).toList();
  }
}
