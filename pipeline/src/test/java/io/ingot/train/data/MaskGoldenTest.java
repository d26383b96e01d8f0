package io.ingot.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.train.GoldenSet;
import io.ingot.train.chat.jinja.Rendering;
import io.ingot.train.tokenizer.TokenizedText;
import io.ingot.train.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which tokens a span of text covers, against transformers' assistant masks. */
class MaskGoldenTest {
  @Test
  void masks() throws IOException {
    Path chat = GoldenSet.area("chat");
    int checked = 0;
    for (JsonNode row : GoldenSet.lines(chat.resolve("assistant_masks.jsonl"))) {
      Path folder = chat.resolve(row.path("tokenizer").asText()).normalize();
      if (row.has("error") || !Files.isDirectory(folder)) {
        continue;
      }
      try (Tokenizer tokenizer = Tokenizer.load(folder)) {
        String text = row.path("rendered").textValue();
        int length = row.path("input_ids").size();
        TokenizedText whole = tokenizer.encode(text, false);
        TokenizedText tokens =
            new TokenizedText(
                Arrays.copyOf(whole.ids(), length),
                Arrays.copyOf(whole.starts(), length),
                Arrays.copyOf(whole.ends(), length));
        List<Rendering.Span> spans = new ArrayList<>();
        for (JsonNode span : row.path("generation_spans")) {
          spans.add(
              new Rendering.Span(
                  text.offsetByCodePoints(0, span.get(0).intValue()),
                  text.offsetByCodePoints(0, span.get(1).intValue())));
        }
        boolean[] mask = new MarkedText(text, spans).mask(tokens);
        int[] numbers = new int[mask.length];
        for (int i = 0; i < mask.length; i++) {
          numbers[i] = mask[i] ? 1 : 0;
        }
        String name = row.path("template").asText() + " " + row.path("case").asText();
        assertThat(tokens.ids()).as(name).isEqualTo(GoldenSet.ints(row.path("input_ids")));
        assertThat(numbers).as(name).isEqualTo(GoldenSet.ints(row.path("assistant_mask")));
        checked++;
      }
    }
    assertThat(checked).isPositive();
  }
}
