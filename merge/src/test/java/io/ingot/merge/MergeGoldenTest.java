package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.GoldenData;
import io.ingot.error.IngotException;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every golden merge of the real tool, in compatible mode: byte for byte, or within its noise. */
class MergeGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temporary;

  @TestFactory
  Stream<DynamicTest> writesWhatTheReferenceWrites() throws IOException {
    Path root = GoldenData.root().resolve("merge");
    assumeTrue(Files.isDirectory(root), "no golden merges here");
    try (Stream<Path> cases = Files.list(root.resolve("cases"))) {
      return cases.sorted().toList().stream()
          .map(c -> DynamicTest.dynamicTest(c.getFileName().toString(), () -> check(root, c)));
    }
  }

  private void check(Path root, Path dir) throws Exception {
    JsonNode expected = JSON.readTree(dir.resolve("expected.json").toFile());
    Path out = temporary.resolve(dir.getFileName());
    if (expected.hasNonNull("error")) {
      if (!expected.path("free_to_succeed").asBoolean()) {
        assertThatThrownBy(() -> merge(root, dir, expected, out))
            .isInstanceOf(IngotException.class);
        assertThat(out).doesNotExist();
      }
      return;
    }
    merge(root, dir, expected, out);
    try (TensorSource got = GoldenMerge.weights(out)) {
      compare(dir, expected, got, out);
    }
    compareFiles(root, expected, out);
  }

  private static void merge(Path root, Path dir, JsonNode expected, Path out) throws Exception {
    MergeSummary summary =
        GoldenMerge.run(
            root, dir.resolve("config.yml"), GoldenMerge.options(expected.path("cli")), out);
    // Hashed while it was written, so this fails when a method writes anything twice or not at all.
    for (Map.Entry<String, String> hash : summary.hashes().entrySet()) {
      assertThat(GoldenMerge.sha256(out.resolve(hash.getKey()))).isEqualTo(hash.getValue());
    }
  }

  private static void compare(Path dir, JsonNode expected, TensorSource got, Path out)
      throws Exception {
    boolean byToken = expected.path("compare_rows_by_token").asBoolean();
    List<String> names = new ArrayList<>();
    expected.path("tensors").fieldNames().forEachRemaining(names::add);
    assertThat(got.tensors().keySet()).containsExactlyInAnyOrderElementsOf(names);
    Path whole = dir.resolve("expected.safetensors");
    GoldenTolerance tolerance = new GoldenTolerance(expected.path("tolerance"));
    try (TensorSource want =
        Files.exists(whole) ? SafetensorsFile.open(whole) : GoldenMerge.none()) {
      for (String name : names) {
        JsonNode tensor = expected.path("tensors").path(name);
        TensorInfo info = got.info(name);
        assertThat(info.dtype().name()).as(name).isEqualTo(tensor.path("dtype").asText());
        if (GoldenMerge.sha256(got.data(name)).equals(tensor.path("sha256").asText())) {
          continue;
        }
        assertThat(info.shape().toString())
            .as(name)
            .isEqualTo(tensor.path("shape").toString().replace(",", ", "));
        if (byToken && info.shape().getFirst() >= expected.path("vocab").size()) {
          compareRows(name, expected.path("vocab"), got, want, out);
          continue;
        }
        assertThat(expected.path("exact").asBoolean() || tensor.path("exact").asBoolean())
            .as("%s differs and is exact: %s", name, GoldenTolerance.difference(info, got, want))
            .isFalse();
        tolerance.compare(info, got.data(name), want.data(name));
      }
    }
    tolerance.check();
  }

  private static void compareRows(
      String name, JsonNode vocabulary, TensorSource got, TensorSource want, Path out)
      throws IOException {
    Map<String, Integer> mine = GoldenMerge.vocabulary(out.resolve("tokenizer.json"));
    long width = got.info(name).byteSize() / got.info(name).shape().getFirst();
    for (Iterator<Map.Entry<String, JsonNode>> rows = vocabulary.fields(); rows.hasNext(); ) {
      Map.Entry<String, JsonNode> row = rows.next();
      assertThat(mine).containsKey(row.getKey());
      long a = mine.getOrDefault(row.getKey(), 0) * width;
      long b = row.getValue().asLong() * width;
      assertThat(got.data(name).asSlice(a, width).mismatch(want.data(name).asSlice(b, width)))
          .as("%s row of %s", name, row.getKey())
          .isEqualTo(-1);
    }
  }

  private static void compareFiles(Path root, JsonNode expected, Path out) throws IOException {
    JsonNode config = JSON.readTree(out.resolve("config.json").toFile());
    JsonNode donor =
        JSON.readTree(
            root.resolve(expected.path("donor").asText()).resolve("config.json").toFile());
    JsonNode changes = expected.path("config_changes");
    for (Iterator<Map.Entry<String, JsonNode>> it = changes.fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> change = it.next();
      String key = config.has(change.getKey()) ? change.getKey() : "torch_" + change.getKey();
      assertThat(config.path(key)).as(key).isEqualTo(change.getValue());
    }
    for (Iterator<Map.Entry<String, JsonNode>> it = donor.fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> kept = it.next();
      if (!changes.has(kept.getKey())
          && !kept.getKey().equals("torch_dtype")
          && !kept.getKey().equals("dtype")) {
        assertThat(config.path(kept.getKey())).as(kept.getKey()).isEqualTo(kept.getValue());
      }
    }
    for (JsonNode file : expected.path("files")) {
      assertThat(out.resolve(file.asText())).exists();
    }
    if (expected.has("weight_map")) {
      JsonNode index = JSON.readTree(out.resolve("model.safetensors.index.json").toFile());
      assertThat(index.path("weight_map")).isEqualTo(expected.path("weight_map"));
      assertThat(new ArrayList<>(names(index))).isEqualTo(names(expected));
    }
  }

  private static List<String> names(JsonNode index) {
    List<String> names = new ArrayList<>();
    index.path("weight_map").fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The merge itself must not depend on threads or on shards. */
  @TestFactory
  Stream<DynamicTest> threadsAndShardsDoNotMatter() throws IOException {
    Path root = GoldenData.root().resolve("merge");
    assumeTrue(Files.isDirectory(root), "no golden merges here");
    try (Stream<Path> cases = Files.list(root.resolve("cases"))) {
      return cases
          .filter(
              c -> c.getFileName().toString().matches(".*(ties|dare|della|slerp|sce|karcher).*"))
          .filter(c -> !c.getFileName().toString().contains("error"))
          .sorted()
          .limit(12)
          .toList()
          .stream()
          .map(c -> DynamicTest.dynamicTest(c.getFileName().toString(), () -> same(root, c)));
    }
  }

  private void same(Path root, Path dir) throws Exception {
    JsonNode expected = JSON.readTree(dir.resolve("expected.json").toFile());
    MergeOptions options = GoldenMerge.options(expected.path("cli"));
    Path one = temporary.resolve("one");
    Path many = temporary.resolve("many");
    Path config = dir.resolve("config.yml");
    GoldenMerge.run(root, config, options.withThreads(1), one);
    GoldenMerge.run(root, config, options.withThreads(8).withShardBytes(30_000), many);
    try (TensorSource a = GoldenMerge.weights(one);
        TensorSource b = GoldenMerge.weights(many)) {
      assertThat(a.tensors()).isEqualTo(b.tensors());
      for (String name : a.tensors().keySet()) {
        assertThat(a.data(name).mismatch(b.data(name))).as(name).isEqualTo(-1);
      }
    }
  }
}
