package io.ingot.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.gguf.convert.Conversion;
import io.ingot.gguf.convert.ConvertOptions;
import io.ingot.gguf.convert.Converter;
import io.ingot.gguf.convert.OutType;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Small changes to model folders, and what the converter made of each. */
class MetadataGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> readsMetadataAsTheConverter() throws IOException {
    Path root = GoldenGguf.part("meta").resolveSibling("");
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : Files.readAllLines(root.resolve("meta/cases.jsonl"))) {
      JsonNode wanted = GoldenGguf.json(line);
      if (Files.isDirectory(root.resolve("models").resolve(wanted.get("model").asText()))) {
        tests.add(DynamicTest.dynamicTest(wanted.get("id").asText(), () -> check(root, wanted)));
      }
    }
    return tests.stream();
  }

  private void check(Path root, JsonNode wanted) throws Exception {
    Path model = patched(root, wanted);
    Path out = Files.createDirectories(folder.resolve(wanted.get("id").asText() + "-out"));
    if (wanted.get("expect").asText().equals("ok")) {
      Path file = convert(model, wanted, out);
      assertThat(file.getFileName()).hasToString(wanted.get("file_name").asText());
      if (!GoldenCasesTest.sha256(file).equals(wanted.get("file_sha256").asText())) {
        explain(file, wanted);
      }
    } else if (wanted.path("must_reject").asBoolean(true)) {
      assertThatThrownBy(() -> convert(model, wanted, out)).isInstanceOf(IngotException.class);
    } else {
      try {
        convert(model, wanted, out);
      } catch (IngotException e) {
        assertThat(e).hasMessageContaining("");
      }
    }
  }

  /** Fails with the first difference; the order of template names is free. */
  private static void explain(Path file, JsonNode wanted) {
    try (GgufFile read = GgufFile.open(file)) {
      List<String> expected = new ArrayList<>();
      List<String> found = new ArrayList<>();
      for (JsonNode entry : wanted.get("kv")) {
        String value = entry.get(2).isObject() ? "" : " " + entry.get(2);
        expected.add(entry.get(0).asText() + " " + entry.get(1).asText() + value);
      }
      int i = 0;
      for (var entry : read.metadata().entrySet()) {
        JsonNode like = wanted.get("kv").path(i++);
        String value =
            like.path(2).isObject()
                ? ""
                : " " + JSON.valueToTree(entry.getValue().plain()).toString();
        found.add(entry.getKey() + " " + entry.getValue().label() + value);
      }
      assertThat(found).isEqualTo(expected);
    }
    throw new AssertionError("the bytes differ, though the metadata is alike");
  }

  private static Path convert(Path model, JsonNode wanted, Path out) throws InterruptedException {
    ConvertOptions options =
        ConvertOptions.of(OutType.parse(wanted.get("outtype").asText()))
            .withPre(
                wanted.hasNonNull("pre")
                    ? Optional.of(wanted.get("pre").asText())
                    : Optional.empty());
    try (ModelFolder opened = ModelFolder.open(model)) {
      Conversion conversion = Converter.convert(opened, options, Optional::empty);
      Path file = out.resolve(conversion.fileName());
      GgufWriter.parallel(Progress.NONE).write(file, conversion.output());
      return file;
    }
  }

  private Path patched(Path root, JsonNode wanted) throws IOException {
    String name = wanted.get("model").asText();
    Path source = root.resolve("models").resolve(name);
    Path model =
        Files.createDirectories(
            folder.resolve(wanted.get("id").asText()).resolve(wanted.path("dir").asText(name)));
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName().toString()));
      }
    }
    for (JsonNode patch : wanted.get("patch")) {
      Path file = model.resolve(patch.get("file").asText());
      switch (patch.get("op").asText()) {
        case "write" -> {
          Files.createDirectories(file.resolveSibling("."));
          Files.writeString(file, patch.get("text").asText());
        }
        case "delete" -> Files.delete(file);
        default -> change(file, patch);
      }
    }
    return model;
  }

  private static void change(Path file, JsonNode patch) throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
    boolean merge = patch.path("merge").asBoolean();
    patch
        .path("set")
        .properties()
        .forEach(
            entry -> {
              if (merge && json.get(entry.getKey()) instanceof ObjectNode object) {
                object.setAll((ObjectNode) entry.getValue());
              } else {
                json.set(entry.getKey(), entry.getValue());
              }
            });
    patch.path("unset").forEach(key -> json.remove(key.asText()));
    JSON.writeValue(file.toFile(), json);
  }
}
