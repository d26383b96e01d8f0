package io.ingot.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.gguf.convert.Conversion;
import io.ingot.gguf.convert.ConvertOptions;
import io.ingot.gguf.convert.Converter;
import io.ingot.gguf.convert.FileNames;
import io.ingot.gguf.convert.OutType;
import io.ingot.gguf.mix.FileType;
import io.ingot.gguf.mix.ImportanceMatrix;
import io.ingot.gguf.mix.KeyValueOverride;
import io.ingot.gguf.mix.QuantizeInput;
import io.ingot.gguf.mix.QuantizeOptions;
import io.ingot.gguf.mix.QuantizePlan;
import io.ingot.gguf.mix.Quantizer;
import io.ingot.gguf.mix.TensorTypeRule;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Files that convert_hf_to_gguf.py and llama-quantize wrote: ours must be the same bytes. */
class GoldenCasesTest {
  @TempDir Path folder;

  private final Map<String, Path> converted = new HashMap<>();

  @TestFactory
  Stream<DynamicTest> writesTheSameFiles() throws IOException {
    Path root = GoldenGguf.part("cases").resolveSibling("");
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> cases = Files.list(root.resolve("cases"))) {
      for (Path golden : cases.sorted().toList()) {
        JsonNode wanted = GoldenGguf.json(golden.resolve("case.json"));
        String name = golden.getFileName().toString();
        if (Files.isDirectory(root.resolve("models").resolve(wanted.get("model").asText()))) {
          tests.add(DynamicTest.dynamicTest(name, () -> check(root, name, wanted)));
        }
      }
    }
    return tests.stream();
  }

  private void check(Path root, String name, JsonNode wanted) throws Exception {
    Path out = Files.createDirectory(folder.resolve(name));
    boolean conversion = wanted.get("tool").asText().startsWith("convert");
    if (!wanted.get("expect").asText().equals("ok")) {
      assertThatThrownBy(() -> quantize(root, wanted, out)).isInstanceOf(IngotException.class);
      try (Stream<Path> left = Files.list(out)) {
        assertThat(left).isEmpty();
      }
      return;
    }
    if (conversion) {
      convert(root, wanted, out);
    } else {
      quantize(root, wanted, out);
    }
    assertSame(wanted, out, conversion);
  }

  private static void assertSame(JsonNode wanted, Path out, boolean named) throws Exception {
    Map<String, String> expected = new LinkedHashMap<>();
    if (wanted.has("files")) {
      for (JsonNode file : wanted.get("files")) {
        expected.put(file.get("name").asText(), file.get("file_sha256").asText());
      }
    } else {
      String file = named ? wanted.get("file_name").asText() : "out.gguf";
      expected.put(file, wanted.get("file_sha256").asText());
    }
    Map<String, String> found = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(out)) {
      for (Path file : files.sorted().toList()) {
        found.put(file.getFileName().toString(), sha256(file));
      }
    }
    if (named || wanted.has("files")) {
      assertThat(found).isEqualTo(expected);
    } else {
      assertThat(found.values()).containsExactlyElementsOf(expected.values());
    }
  }

  static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(GoldenGguf.bytes(file)));
  }

  private static void convert(Path root, JsonNode wanted, Path out) throws Exception {
    JsonNode options = wanted.get("options");
    ConvertOptions convert =
        new ConvertOptions(
            OutType.parse(wanted.get("outtype").asText()),
            text(options, "model-name"),
            text(options, "metadata").map(root::resolve),
            text(options, "pre"),
            options.path("fuse-qkv").asBoolean(),
            options.path("vocab-only").asBoolean(),
            Optional.empty());
    long size =
        text(options, "split-max-size")
            .map(s -> Long.parseLong(s.substring(0, s.length() - 1)) * 1000)
            .orElse(0L);
    Sharding sharding =
        new Sharding(
            options.path("split-max-tensors").asInt(),
            size,
            options.path("no-tensor-first-split").asBoolean());
    GgufWriter writer =
        new GgufWriter(2, options.path("bigendian").asBoolean(), Progress.NONE, Cancellation.NONE);
    try (ModelFolder model =
        ModelFolder.open(root.resolve("models").resolve(wanted.get("model").asText()))) {
      Conversion conversion = Converter.convert(model, convert, Optional::empty);
      Path file = out.resolve(conversion.fileName());
      if (convert.vocabOnly()) {
        writer.writeVocabulary(file, conversion.output());
        return;
      }
      List<GgufOutput> shards = sharding.split(conversion.output());
      String stem = conversion.fileName().substring(0, conversion.fileName().length() - 5);
      Map<Path, GgufOutput> files = new LinkedHashMap<>();
      for (int i = 0; i < shards.size(); i++) {
        files.put(
            shards.size() == 1 ? file : out.resolve(FileNames.shard(stem, i + 1, shards.size())),
            shards.get(i));
      }
      writer.writeAll(files);
    }
  }

  private Path input(Path root, String name) throws Exception {
    Path known = converted.get(name);
    if (known == null) {
      Path out = Files.createDirectories(folder.resolve("inputs").resolve(name));
      convert(root, GoldenGguf.json(root.resolve("cases").resolve(name).resolve("case.json")), out);
      try (Stream<Path> files = Files.list(out)) {
        known = files.sorted().findFirst().orElseThrow();
      }
      converted.put(name, known);
    }
    return known;
  }

  private void quantize(Path root, JsonNode wanted, Path out) throws Exception {
    JsonNode options = wanted.get("options");
    List<TensorTypeRule> rules = new ArrayList<>();
    texts(options, "tensor-type").forEach(rule -> rules.add(TensorTypeRule.parse(rule)));
    if (options.has("tensor-type-file")) {
      String file = Files.readString(root.resolve(options.get("tensor-type-file").asText()));
      Stream.of(file.strip().split("\\s+")).forEach(rule -> rules.add(TensorTypeRule.parse(rule)));
    }
    boolean both = options.has("include-weights") && options.has("exclude-weights");
    if (both) {
      throw IngotException.usage("the command line refuses both");
    }
    QuantizeOptions quantize =
        new QuantizeOptions(
            FileType.parse(wanted.get("quantize").asText()),
            options.path("allow-requantize").asBoolean(),
            options.path("leave-output-tensor").asBoolean(),
            options.path("pure").asBoolean(),
            text(options, "output-tensor-type").map(GgmlType::parse),
            text(options, "token-embedding-type").map(GgmlType::parse),
            rules,
            texts(options, "override-kv").stream().map(KeyValueOverride::parse).toList(),
            text(options, "prune-layers").stream()
                .flatMap(list -> Stream.of(list.split(",")))
                .map(Integer::valueOf)
                .toList(),
            text(options, "imatrix").map(name -> imatrix(root, name, options)));
    boolean keepSplit = options.path("keep-split").asBoolean();
    try (GgufModelFiles files =
        GgufModelFiles.open(input(root, wanted.get("input").get("case").asText()))) {
      QuantizePlan plan =
          Quantizer.plan(new QuantizeInput(files.metadata(), files.tensors()), quantize, keepSplit);
      Map<Path, GgufOutput> outputs = new LinkedHashMap<>();
      for (int i = 0; i < plan.outputs().size(); i++) {
        String name = keepSplit ? FileNames.shard("out", i + 1, plan.outputs().size()) : "out.gguf";
        outputs.put(out.resolve(name), plan.outputs().get(i));
      }
      GgufWriter.parallel(Progress.NONE).writeAll(outputs);
    }
  }

  private static ImportanceMatrix imatrix(Path root, String name, JsonNode options) {
    ImportanceMatrix read =
        ImportanceMatrix.read(root.resolve(name).toString())
            .filtered(texts(options, "include-weights"), texts(options, "exclude-weights"));
    return new ImportanceMatrix(name, read.dataset(), read.chunks(), read.weights());
  }

  private static Optional<String> text(JsonNode options, String key) {
    return options.has(key) ? Optional.of(options.get(key).asText()) : Optional.empty();
  }

  private static List<String> texts(JsonNode options, String key) {
    JsonNode value = options.path(key);
    return value.isTextual()
        ? List.of(value.asText())
        : StreamSupport.stream(value.spliterator(), false).map(JsonNode::asText).toList();
  }
}
