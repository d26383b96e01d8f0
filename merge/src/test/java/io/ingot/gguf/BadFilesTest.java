package io.ingot.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Hostile and broken files: refused with an explanation, never with anything else. */
class BadFilesTest {
  @TestFactory
  Stream<DynamicTest> refusesWhatIsBroken() {
    Path root = GoldenGguf.part("bad");
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : GoldenGguf.json(root.resolve("expected.json"))) {
      String name = entry.get("file").asText();
      if (name.startsWith("gguf/")) {
        tests.add(DynamicTest.dynamicTest(name, () -> check(root.resolve(name), entry)));
      }
    }
    return tests.stream();
  }

  private static void check(Path file, JsonNode entry) {
    boolean model = entry.path("level").asText().equals("model");
    if (entry.get("expect").asText().equals("accept") || model) {
      try (GgufFile opened = GgufFile.open(file)) {
        opened.metadata().values().forEach(value -> assertThat(value.plain()).isNotNull());
        opened.tensors().forEach(tensor -> assertThat(opened.data(tensor)).isNotNull());
      }
    }
    if (entry.get("expect").asText().equals("reject")) {
      assertThatThrownBy(
              () -> {
                if (model) {
                  GgufModel.open(file).close();
                } else {
                  GgufFile.open(file).close();
                }
              })
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID));
    }
  }
}
