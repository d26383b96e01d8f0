package io.ingot.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not leave the house. */
class AcceptanceCheckTest {
  @TempDir Path root;

  private Path file(String name, String content) throws Exception {
    return Files.write(root.resolve(name), content.getBytes(StandardCharsets.UTF_8));
  }

  private static void blocked(Map<String, Path> files, String... words) {
    assertThatThrownBy(() -> AcceptanceCheck.check(files))
        .isInstanceOfSatisfying(
            IngotException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(ErrorKind.BLOCKED);
              assertThat(e.getMessage()).contains(words);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.json",
        "/x.json",
        "a//b",
        "a/./b",
        "~x",
        "a\\b",
        "C:x",
        "x.",
        "x ",
        ".git/config",
        ".cache/x",
        "CON",
        "nul.json",
        "a\u0000b",
        "a\u202eb",
        "a\nb",
        ""
      })
  void namesThatAreNotSafe(String name) throws Exception {
    blocked(Map.of(name, file("ok.json", "{}")), "'" + name + "'");
  }

  @Test
  void namesThatDifferByCaseAlone() throws Exception {
    Path file = file("ok.json", "{}");
    Map<String, Path> files = new LinkedHashMap<>();
    files.put("Config.json", file);
    files.put("config.json", file);
    blocked(files, "same name but for case");
  }

  @Test
  void weightsThatOurReadersRefuse() throws Exception {
    blocked(Map.of("model.safetensors", file("m", "garbage")), "model.safetensors");
    blocked(Map.of("m.gguf", file("g", "GGML")), "is no GGUF file");
  }

  @Test
  void picklesAndArchivesUnderOtherNames() throws Exception {
    blocked(Map.of("merges.txt", file("z", "PK\u0003\u0004")), "pickle or an archive");
    Path pickle = root.resolve("p");
    Files.write(pickle, new byte[] {(byte) 0x80, 4, 'K', 1});
    blocked(Map.of("config.json", pickle), "pickle or an archive");
  }

  @Test
  void secretsAreFoundAndNotRepeated() throws Exception {
    Path file = file("s", "{\"a\":\"hf_" + "q".repeat(34) + "\"}");
    assertThatThrownBy(() -> AcceptanceCheck.check(Map.of("config.json", file)))
        .hasMessageContaining("config.json: line 1 holds a token of Hugging Face")
        .hasMessageNotContaining("qqqq");
  }

  @Test
  void everythingWrongIsSaidAtOnce() throws Exception {
    Map<String, Path> files = new LinkedHashMap<>();
    files.put("a.gguf", file("a", "x"));
    files.put("b.gguf", file("b", "x"));
    files.put("gone.json", root.resolve("gone"));
    blocked(files, "a.gguf", "b.gguf", "gone.json is gone");
  }

  @Test
  void aPathInAVocabularyIsAToken() throws Exception {
    Path file = file("t", "{\"/home/ada/\": 3}");
    assertThatCode(() -> AcceptanceCheck.check(Map.of("tokenizer.json", file)))
        .doesNotThrowAnyException();
    blocked(Map.of("config.json", file), "path of a machine");
  }
}
