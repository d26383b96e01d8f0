package io.ingot.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.adapter.AdaptedModel;
import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.merge.recipe.RecipeProblem;
import io.ingot.merge.recipe.RecipeReader;
import io.ingot.model.Model;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.safetensors.ShardedTensors;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/** Runs a golden recipe the way the command does. */
final class GoldenMerge {
  private static final ObjectMapper JSON = new ObjectMapper();

  private GoldenMerge() {}

  static MergeSummary run(Path root, Path config, MergeOptions options, Path out)
      throws InterruptedException, IOException {
    String source = Files.readString(config);
    return run(root, source, options, out);
  }

  static MergeSummary run(Path root, String source, MergeOptions options, Path out)
      throws InterruptedException {
    try (Merger merger = open(root, source, options)) {
      return merger.write(out, Progress.NONE, Cancellation.NONE);
    }
  }

  static Merger open(Path root, String source, MergeOptions options) {
    RecipeReader.Reading reading = RecipeReader.readAll("recipe", source).getFirst();
    Recipe recipe = reading.recipe();
    if (recipe == null) {
      throw IngotException.invalid(
          reading.problems().stream().map(RecipeProblem::text).toList().toString());
    }
    return Merger.open(recipe, source, reference -> model(root, reference), options);
  }

  static Model model(Path root, ModelRef reference) {
    Model model = ModelFolder.open(root.resolve(reference.path()));
    return reference
        .lora()
        .<Model>map(lora -> AdaptedModel.open(model, root.resolve(lora.path())))
        .orElse(model);
  }

  /** The options of the reference's command line that matter here. */
  static MergeOptions options(JsonNode cli) {
    MergeOptions options = MergeOptions.defaults().withCompatible(true).withThreads(2);
    for (int i = 0; i < cli.size(); i++) {
      String value = i + 1 < cli.size() ? cli.get(i + 1).asText() : "";
      switch (cli.get(i).asText()) {
        case "--out-shard-size" ->
            options = options.withShardBytes(Long.parseLong(value.replace("k", "000")));
        case "--random-seed" -> options = options.withSeed(Long.parseLong(value));
        case "--no-write-model-card" -> options = options.withCard(false);
        case "--no-copy-tokenizer" -> options = options.withTokenizer(false);
        default -> {}
      }
    }
    return options;
  }

  static TensorSource weights(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return ShardedTensors.open(
          files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList());
    }
  }

  static String sha256(Path file) throws IOException {
    return sha256(MemorySegment.ofArray(Files.readAllBytes(file)));
  }

  static String sha256(MemorySegment data) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(data.asByteBuffer());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, Integer> vocabulary(Path tokenizer) throws IOException {
    JsonNode json = JSON.readTree(tokenizer.toFile());
    Map<String, Integer> ids = new HashMap<>();
    json.path("model")
        .path("vocab")
        .fields()
        .forEachRemaining(e -> ids.put(e.getKey(), e.getValue().asInt()));
    json.path("added_tokens")
        .forEach(t -> ids.put(t.path("content").asText(), t.path("id").asInt()));
    return ids;
  }

  static TensorSource none() {
    return new TensorSource() {
      @Override
      public SequencedMap<String, TensorInfo> tensors() {
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>());
      }

      @Override
      public MemorySegment data(String name) {
        throw new AssertionError("nothing to compare " + name + " with");
      }

      @Override
      public void close() {}
    };
  }

  static List<Path> models(Path root) throws IOException {
    try (Stream<Path> models = Files.list(root.resolve("models"))) {
      return models.sorted().toList();
    }
  }
}
