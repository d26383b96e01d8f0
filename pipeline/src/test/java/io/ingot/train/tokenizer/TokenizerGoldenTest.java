package io.ingot.train.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.train.GoldenSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Hard strings through tokenizers of every structure: ids, places in the text, and back. */
class TokenizerGoldenTest {
  @TestFactory
  List<DynamicTest> tokenizers() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path folder : GoldenSet.folders(GoldenSet.area("tokenizer"))) {
      tests.add(DynamicTest.dynamicTest(folder.getFileName().toString(), () -> check(folder)));
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private static void check(Path folder) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.size())
          .isEqualTo(
              GoldenSet.JSON
                  .readTree(folder.resolve("info.json").toFile())
                  .path("vocab_size")
                  .intValue());
      for (JsonNode row : GoldenSet.lines(folder.resolve("cases.jsonl"))) {
        String text = row.path("text").textValue();
        TokenizedText tokens = tokenizer.encode(text, false);
        assertThat(tokens.ids()).as(text).isEqualTo(GoldenSet.ints(row.path("ids")));
        assertThat(tokenizer.ids(text, false)).as(text).isEqualTo(tokens.ids());
        for (int i = 0; i < tokens.length(); i++) {
          assertThat(
                  List.of(
                      text.codePointCount(0, tokens.starts()[i]),
                      text.codePointCount(0, tokens.ends()[i])))
              .as("token %s of %s", i, text)
              .containsExactly(
                  row.path("offsets").get(i).get(0).intValue(),
                  row.path("offsets").get(i).get(1).intValue());
        }
        assertThat(tokenizer.ids(text, true))
            .as(text)
            .isEqualTo(GoldenSet.ints(row.path("ids_with_special")));
        assertThat(tokenizer.decode(tokens.ids(), false))
            .as(text)
            .isEqualTo(row.path("decoded").textValue());
        assertThat(tokenizer.decode(GoldenSet.ints(row.path("ids_with_special")), true))
            .as(text)
            .isEqualTo(row.path("decoded_skip_special").textValue());
      }
    }
  }
}
