package io.ingot.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.train.TokenRow;
import io.ingot.train.tokenizer.StopTokens;
import io.ingot.train.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What users' files do wrong, and what the trainer gets of those that are right. */
class DatasetLoaderTest {
  private static final Path TINY =
      Path.of(System.getProperty("ingot.root"), "jobs/quickstart/hub/ingot/tiny-base");
  private static final String CHAT =
      "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}, {\"role\": \"assistant\","
          + " \"content\": \"Yes.\"}]}\n";
  private static final String UNANSWERED =
      "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]}\n";

  @TempDir Path folder;
  private final Tokenizer tokenizer = Tokenizer.load(TINY);

  @AfterEach
  void close() {
    tokenizer.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      value = {
        "{\"messages\": [@:2:@no valid JSON",
        "[1, 2]@:2:@a row is a list; expected a JSON object",
        "{\"text\": \"x\"}@:2:@'messages' is missing; expected a list of messages",
        "{\"messages\": \"x\"}@:2:@'messages' is a text",
        "{\"messages\": [{\"content\": \"x\"}]}@:2:@'messages[0].role' is missing",
        "{\"messages\": [{\"role\": \"user\", \"content\": 7}]}@:2:@'messages[0].content' is the"
            + " number 7",
        "{\"messages\": [{\"from\": \"human\", \"value\": \"x\"}]}@:2:@are format sharegpt",
        "{\"messages\": []}@:2:@'messages' is empty",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]}@:2:@no message has the role"
            + " 'assistant'",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"messages\": []}@:2:@Duplicate"
      })
  void aBadRowIsNamedByFileAndLine(String row, String place, String reason) throws IOException {
    Path file = write("a.jsonl", CHAT + row + "\n");
    assertThatThrownBy(() -> load(file, DatasetOptions.of(RowFormat.MESSAGES)))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
        .hasMessageStartingWith(file + place)
        .hasMessageContaining(reason);
  }

  @Test
  void filesThatCannotBeRead() throws IOException {
    assertThatThrownBy(() -> load(folder.resolve("none.jsonl"), text()))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
    Path empty = write("empty.jsonl", "\n \n");
    assertThatThrownBy(() -> load(empty, text())).hasMessage(empty + " has no rows");
    Path parquet = write("a.parquet", "PAR1");
    assertThatThrownBy(() -> load(parquet, text()))
        .hasMessageContaining("parquet files cannot be read")
        .hasMessageContaining("JSON lines");
    Path latin = folder.resolve("latin.txt");
    Files.write(latin, "Gr\u00fc\u00dfe".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> load(latin, text())).hasMessageContaining("is not UTF-8");
    Path csv = write("a.csv", "text\n\"open\n");
    assertThatThrownBy(() -> load(csv, text()))
        .hasMessage(csv + ":2: a quoted field is not closed");
    Path ragged = write("b.csv", "text,more\nx\n");
    assertThatThrownBy(() -> load(ragged, text()))
        .hasMessageContaining(ragged + ":2: the row has 1 fields; the header has 2");
  }

  @Test
  void allLabelsMasked() throws IOException {
    Path file =
        write(
            "a.jsonl",
            "{\"prompt\": \"x\", \"completion\": \"\"}\n{\"prompt\": \"y\", \"completion\":"
                + " \"\"}\n");
    // The EOS is trained even where the completion is empty: such rows are not masked.
    assertThat(load(file, DatasetOptions.of(RowFormat.PROMPT_COMPLETION)).statistics().trained())
        .isEqualTo(2);
    Path tokens = write("b.jsonl", "{\"input_ids\": [1, 2], \"labels\": [-100, -100]}\n");
    assertThatThrownBy(() -> load(tokens, DatasetOptions.of(RowFormat.TOKENS)))
        .hasMessageContaining("all labels are masked")
        .hasMessageContaining("ingot data inspect");
  }

  @Test
  void promptLongerThanTheLimit() throws IOException {
    Path file = write("a.jsonl", CHAT);
    assertThatThrownBy(() -> load(file, limited(5, TooLong.TRUNCATE)))
        .hasMessageContaining("the prompt alone is longer than max_length 5")
        .hasMessageContaining(file + ":1")
        .hasMessageContaining("Raise max_length");
    assertThatThrownBy(() -> load(file, limited(5, TooLong.FAIL)))
        .hasMessageStartingWith(file + ":1: the row has ")
        .hasMessageContaining("max_length is 5");
    assertThatThrownBy(() -> load(file, limited(5, TooLong.DROP)))
        .hasMessageContaining("all rows are longer than max_length 5");
  }

  @Test
  void longRowsAreLeftOutOrCutAndCounted() throws IOException {
    String longer = CHAT.replace("Yes.", "Yes. ".repeat(30));
    Path file = write("a.jsonl", CHAT + longer);
    int limit = load(write("one.jsonl", CHAT), chat()).statistics().longest() + 3;
    Dataset dropped = load(file, limited(limit, TooLong.DROP));
    assertThat(dropped.statistics().kept()).isEqualTo(1);
    assertThat(dropped.statistics().dropped()).isEqualTo(1);
    assertThat(dropped.warnings()).anyMatch(w -> w.contains("1 of 2 rows are longer"));
    Dataset cut = load(file, limited(limit, TooLong.TRUNCATE));
    assertThat(cut.statistics().truncated()).isEqualTo(1);
    assertThat(cut.rows().get(1).inputIds()).hasSize(limit);
    assertThat(cut.warnings()).anyMatch(w -> w.contains("do not train the end of the turn"));
  }

  @Test
  void theEndOfTheTurnIsTrained() throws IOException {
    Dataset dataset = load(write("a.jsonl", CHAT), chat());
    TokenRow row = dataset.rows().getFirst();
    assertThat(trained(row)).isEqualTo("Yes.<|im_end|>");
    assertThat(dataset.warnings()).isEmpty();
  }

  @Test
  void aTemplateWithoutMarksTrainsTheSameTurns() throws IOException {
    Path file =
        write(
            "a.jsonl",
            CHAT
                + "{\"messages\": [{\"role\": \"system\", \"content\": \"S\"}, {\"role\": \"user\","
                + " \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}, {\"role\":"
                + " \"user\", \"content\": \"c\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}\n");
    Dataset marked = load(file, chat());
    try (Tokenizer plain = withTemplate(template().replaceAll("\\{% (end)?generation %}", ""))) {
      Dataset told = loader(plain).load(file, chat());
      assertThat(trained(told.rows().get(1))).isEqualTo("b<|im_end|>\nb<|im_end|>\n");
      for (int i = 0; i < 2; i++) {
        assertThat(told.rows().get(i).inputIds()).isEqualTo(marked.rows().get(i).inputIds());
        assertThat(trained(told.rows().get(i)).replace("\n", ""))
            .isEqualTo(trained(marked.rows().get(i)));
      }
    }
  }

  @Test
  void onlyTheLastTurnCountsAsCompletion() throws IOException {
    Path file =
        write(
            "a.jsonl",
            "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\","
                + " \"content\": \"b\"}, {\"role\": \"user\", \"content\": \"c\"}, {\"role\":"
                + " \"assistant\", \"content\": \"d\"}]}\n");
    DatasetOptions completion =
        new DatasetOptions(RowFormat.MESSAGES, Optional.of(LossOn.COMPLETION), 0, TooLong.DROP);
    assertThat(trained(load(file, completion).rows().getFirst())).isEqualTo("d<|im_end|>");
  }

  @Test
  void aTemplateThatChangesEarlierTurnsIsRefused() throws IOException {
    String forgetful =
        "{% for m in messages %}[{{ m.role }}]{% if m.role == 'assistant' and not loop.last"
            + " %}...{% else %}{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt"
            + " %}[assistant]{% endif %}";
    Path file =
        write(
            "a.jsonl",
            "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\","
                + " \"content\": \"thought\"}, {\"role\": \"user\", \"content\": \"c\"}, {\"role\":"
                + " \"assistant\", \"content\": \"d\"}]}\n");
    try (Tokenizer plain = withTemplate(forgetful)) {
      assertThatThrownBy(() -> loader(plain).load(file, chat()))
          .hasMessageStartingWith(file + ":1: the chat template changes what it rendered before")
          .hasMessageContaining("message 1")
          .hasMessageContaining("{% generation %}");
    }
  }

  @Test
  void aGenerationPromptMayBeginTheAnswer() throws IOException {
    String thinking =
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}{% if"
            + " add_generation_prompt %}[assistant]<think>{% endif %}";
    try (Tokenizer plain = withTemplate(thinking)) {
      Dataset dataset = loader(plain).load(write("a.jsonl", CHAT), chat());
      assertThat(trained(dataset.rows().getFirst())).isEqualTo("Yes.");
    }
  }

  @Test
  void whatTheTemplateSaysIsShownWithTheRow() throws IOException {
    Path file = write("a.jsonl", CHAT);
    try (Tokenizer strict =
        withTemplate("{{ raise_exception('Conversation roles must alternate') }}")) {
      assertThatThrownBy(() -> loader(strict).load(file, chat()))
          .hasMessageStartingWith(file + ":1: ")
          .hasMessageContaining("refuses: Conversation roles must alternate");
    }
    Files.delete(folder.resolve("chat_template.jinja"));
    try (Tokenizer none = withTemplate("")) {
      assertThat(none.chatTemplate()).hasValue("");
    }
  }

  @Test
  void doubleBosIsFound() throws IOException {
    copyTokenizer();
    String config = Files.readString(TINY.resolve("tokenizer_config.json"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        config.replace("\"bos_token\": null", "\"bos_token\": \"<|endoftext|>\""));
    Path file = write("a.jsonl", "{\"text\": \"<|endoftext|><|endoftext|>x\"}\n");
    try (Tokenizer doubled = Tokenizer.load(folder)) {
      assertThat(loader(doubled).load(file, text()).warnings())
          .anyMatch(w -> w.contains("begins with two <|endoftext|>"));
    }
  }

  @Test
  void argumentsThatAreTextBecomeObjects() throws IOException {
    Path file =
        write(
            "a.jsonl",
            "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\","
                + " \"content\": \"\", \"tool_calls\": [{\"function\": {\"name\": \"f\","
                + " \"arguments\": \"{\\\"z\\\": 1, \\\"a\\\": 2}\"}}]}]}\n");
    try (Tokenizer tools =
        withTemplate(
            "{% for m in messages %}{{ m.role }}:{% for c in m.tool_calls or [] %}{{"
                + " c.function.arguments|tojson }}{% endfor %}{% endfor %}")) {
      Dataset dataset = loader(tools).load(file, chat());
      assertThat(tools.decode(dataset.rows().getFirst().inputIds(), false))
          .isEqualTo("user:assistant:{\"z\": 1, \"a\": 2}");
    }
  }

  @Test
  void theFormatIsToldFromTheFirstRow() throws IOException {
    assertThat(RowFormat.detect(write("a.jsonl", CHAT))).isEqualTo(RowFormat.MESSAGES);
    assertThat(RowFormat.detect(write("b.txt", "x"))).isEqualTo(RowFormat.TEXT);
    assertThat(RowFormat.detect(write("c.json", "[{\"instruction\": \"a\", \"output\": \"b\"}]")))
        .isEqualTo(RowFormat.ALPACA);
    assertThatThrownBy(() -> RowFormat.detect(write("d.jsonl", "{\"q\": 1}")))
        .hasMessageContaining("the fields [q] fit no format");
  }

  @Test
  void aRowWithoutAnswerIsFineWhenAllIsTrained() throws IOException {
    DatasetOptions all =
        new DatasetOptions(RowFormat.MESSAGES, Optional.of(LossOn.ALL), 0, TooLong.DROP);
    assertThat(load(write("a.jsonl", UNANSWERED), all).statistics().maskedShare()).isZero();
  }

  private static DatasetOptions chat() {
    return DatasetOptions.of(RowFormat.MESSAGES);
  }

  private static DatasetOptions text() {
    return DatasetOptions.of(RowFormat.TEXT);
  }

  private static DatasetOptions limited(int length, TooLong tooLong) {
    return new DatasetOptions(RowFormat.MESSAGES, Optional.empty(), length, tooLong);
  }

  private Dataset load(Path file, DatasetOptions options) {
    return loader(tokenizer).load(file, options);
  }

  private static DatasetLoader loader(Tokenizer of) {
    return new DatasetLoader(of, "tiny", LocalDateTime.MIN, StopTokens.of(TINY, of));
  }

  private String trained(TokenRow row) {
    return tokenizer.decode(
        Arrays.stream(row.labels()).filter(l -> l != TokenRow.IGNORED).toArray(), false);
  }

  private String template() {
    return tokenizer.chatTemplate().orElseThrow();
  }

  private Tokenizer withTemplate(String template) throws IOException {
    copyTokenizer();
    Files.writeString(folder.resolve("chat_template.jinja"), template);
    return Tokenizer.load(folder);
  }

  private void copyTokenizer() throws IOException {
    for (String name : Set.of("tokenizer.json", "tokenizer_config.json")) {
      Files.write(folder.resolve(name), Files.readAllBytes(TINY.resolve(name)));
    }
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}
