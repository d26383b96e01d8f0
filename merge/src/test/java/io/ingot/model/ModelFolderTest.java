package io.ingot.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that must not be opened, and what is said about them. */
class ModelFolderTest {
  @TempDir Path folder;

  @BeforeEach
  void config() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"architectures\":[\"LlamaForCausalLM\"]}");
  }

  private void shard(String name, String... tensors) {
    SafetensorsWriter.write(
        folder.resolve(name),
        java.util.Arrays.stream(tensors)
            .map(t -> new TensorInfo(t, DType.F32, List.of(1L)))
            .toList(),
        Map.of(),
        t -> MemorySegment.ofArray(new byte[4]));
  }

  private void index(String json) throws IOException {
    Files.writeString(folder.resolve("model.safetensors.index.json"), json);
  }

  private void fails(ThrowingCallable open, ErrorKind kind, String... texts) {
    assertThatThrownBy(open)
        .isInstanceOfSatisfying(IngotException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContainingAll(texts);
  }

  @Test
  void pickleOnly() throws IOException {
    Files.write(folder.resolve("pytorch_model.bin"), new byte[10]);
    fails(() -> ModelFolder.open(folder), ErrorKind.BLOCKED, "pytorch_model.bin", "pickle");
  }

  @Test
  void remoteCode() throws IOException {
    shard("model.safetensors", "a");
    Files.writeString(
        folder.resolve("config.json"), "{\"auto_map\":{\"AutoModel\":\"modeling_x.X\"}}");
    fails(() -> ModelFolder.open(folder), ErrorKind.BLOCKED, "auto_map", "never runs it");
    ModelFolder.open(folder, true).close();
  }

  @Test
  void missing() throws IOException {
    fails(() -> ModelFolder.open(folder), ErrorKind.INVALID, "no weights");
    fails(() -> ModelFolder.open(folder.resolve("no")), ErrorKind.NOT_FOUND, "does not exist");
    Files.delete(folder.resolve("config.json"));
    fails(() -> ModelFolder.open(folder), ErrorKind.INVALID, "config.json is missing");
  }

  @Test
  void brokenConfig() throws IOException {
    shard("model.safetensors", "a");
    Files.writeString(folder.resolve("config.json"), "{\n  \"a\": 1,,\n}");
    fails(() -> ModelFolder.open(folder), ErrorKind.INVALID, "config.json:2:");
    Files.writeString(folder.resolve("config.json"), "[".repeat(100_000));
    fails(() -> ModelFolder.open(folder), ErrorKind.INVALID, "config.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.safetensors",
        "/etc/x.safetensors",
        "a/b.safetensors",
        "..\\\\x.safetensors",
        "x.bin",
        ""
      })
  void indexThatLeavesTheFolder(String shard) throws IOException {
    index("{\"weight_map\":{\"a\":\"" + shard + "\"}}");
    fails(() -> ModelFolder.open(folder), ErrorKind.INVALID, "plain name");
  }

  /** The Hub's cache and pulled artifacts are made of links; a file of the Hub never is one. */
  @Test
  void linksAreFollowedAndChecked() throws IOException {
    Path elsewhere = java.nio.file.Files.createDirectories(folder.resolve("elsewhere"));
    shard("elsewhere/blob.safetensors", "a");
    Path link = folder.resolve("one.safetensors");
    Files.createSymbolicLink(link, elsewhere.resolve("blob.safetensors"));
    index("{\"weight_map\":{\"a\":\"one.safetensors\"}}");
    try (ModelFolder model = ModelFolder.open(folder)) {
      assertThat(model.weights().tensors()).containsOnlyKeys("a");
    }
    Files.delete(elsewhere.resolve("blob.safetensors"));
    fails(() -> ModelFolder.open(folder), ErrorKind.NOT_FOUND, "one.safetensors", "missing");
    Files.writeString(elsewhere.resolve("blob.safetensors"), "root:x:0:0:root:/root:/bin/sh\n");
    fails(() -> ModelFolder.open(folder), ErrorKind.INVALID, "one.safetensors", "no valid");
  }

  @Test
  void indexThatDoesNotFit() throws IOException {
    shard("one.safetensors", "a");
    index("{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"}}");
    fails(() -> ModelFolder.open(folder), ErrorKind.NOT_FOUND, "two.safetensors", "missing");
    shard("two.safetensors", "c");
    fails(() -> ModelFolder.open(folder), ErrorKind.INVALID, "'b'", "no shard has it");
    index("{\"weight_map\":{\"a\":\"one.safetensors\",\"c\":\"two.safetensors\"}}");
    try (ModelFolder model = ModelFolder.open(folder)) {
      assertThat(model.weights().tensors()).containsOnlyKeys("a", "c");
    }
    shard("two.safetensors", "a", "c");
    fails(() -> ModelFolder.open(folder), ErrorKind.INVALID, "lies in both");
    shard("two.safetensors", "c", "d");
    fails(() -> ModelFolder.open(folder), ErrorKind.INVALID, "'d'", "missing from the index");
    index("{}");
    fails(() -> ModelFolder.open(folder), ErrorKind.INVALID, "weight_map");
  }

  @Test
  void everyArchitectureCanBeRead() {
    assertThat(Architectures.all()).hasSizeGreaterThanOrEqualTo(61);
    for (Architecture architecture : Architectures.all()) {
      assertThat(architecture.modules()).as(architecture.name()).isNotEmpty();
      assertThat(architecture.classes()).as(architecture.name()).isNotEmpty();
    }
  }
}
