package io.ingot.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.train.GoldenSet;
import io.ingot.train.TokenRow;
import io.ingot.train.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Dataset files in every format against the rows that TRL trains on. */
class DatasetGoldenTest {
  private static final Map<String, LossOn> MODES =
      Map.of(
          "assistant_only", LossOn.ASSISTANT,
          "assistant_only_truncated", LossOn.ASSISTANT,
          "full", LossOn.ALL,
          "truncated", LossOn.ALL,
          "completion_only", LossOn.COMPLETION,
          "completion_only_truncated", LossOn.COMPLETION,
          "completion_and_assistant", LossOn.ASSISTANT);

  @TestFactory
  List<DynamicTest> datasets() throws IOException {
    Path data = GoldenSet.area("data");
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode row :
        GoldenSet.JSON.readTree(data.resolve("cases.json").toFile()).path("cases")) {
      String mode = row.path("mode").asText();
      boolean known = MODES.containsKey(mode) || mode.equals("dpo") || mode.equals("kto_batch2");
      String file = row.path("file").asText();
      if (known
          && !row.at("/options/informative").asBoolean()
          && !file.endsWith(".parquet")
          && Files.exists(data.resolve(file))) {
        tests.add(DynamicTest.dynamicTest(file + " " + mode, () -> check(data, row)));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private static void check(Path data, JsonNode row) throws IOException {
    List<JsonNode> expected = GoldenSet.lines(data.resolve(row.path("expected").asText()));
    Set<Integer> free = new HashSet<>();
    row.path("rows_where_a_token_spans_the_boundary").forEach(i -> free.add(i.intValue()));
    Path file = data.resolve(row.path("file").asText());
    try (Tokenizer tokenizer = Tokenizer.load(data.resolve("tokenizer"))) {
      DatasetLoader loader = new DatasetLoader(tokenizer, "golden", LocalDateTime.MIN, Set.of());
      List<List<int[]>> rows = rows(loader, file, row);
      assertThat(rows).hasSameSizeAs(expected);
      for (int i = 0; i < rows.size(); i++) {
        if (!free.contains(i)) {
          List<int[]> wanted = new ArrayList<>();
          for (String key :
              List.of(
                  "input_ids",
                  "labels",
                  "prompt_ids",
                  "completion_ids",
                  "chosen_ids",
                  "rejected_ids")) {
            if (expected.get(i).has(key)) {
              wanted.add(GoldenSet.ints(expected.get(i).path(key)));
            }
          }
          assertThat(rows.get(i)).as("row %d", i).usingRecursiveComparison().isEqualTo(wanted);
        }
      }
    }
  }

  private static List<List<int[]>> rows(DatasetLoader loader, Path file, JsonNode row) {
    RowFormat format = RowFormat.parse(row.path("format").asText());
    String mode = row.path("mode").asText();
    if (mode.equals("dpo")) {
      return loader.loadPreferences(file).stream()
          .map(r -> List.of(r.promptIds(), r.chosenIds(), r.rejectedIds()))
          .toList();
    }
    if (mode.equals("kto_batch2")) {
      return loader.loadJudged(file).stream()
          .map(r -> List.of(r.promptIds(), r.completionIds()))
          .toList();
    }
    DatasetOptions options =
        new DatasetOptions(
            format,
            Optional.ofNullable(MODES.get(mode)),
            row.at("/options/max_length").asInt(0),
            TooLong.TRUNCATE);
    List<List<int[]>> rows = new ArrayList<>();
    for (TokenRow each : loader.load(file, options).rows()) {
      rows.add(List.of(each.inputIds(), each.labels()));
    }
    return rows;
  }
}
