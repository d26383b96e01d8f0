package io.ingot.train.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.ingot.error.IngotException;
import io.ingot.progress.Progress;
import io.ingot.train.FakeLanguageModel;
import io.ingot.train.TokenRow;
import io.ingot.train.chat.ChatTemplate;
import io.ingot.train.data.RowFormat;
import io.ingot.train.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuresTest {
  private static final Path QUICKSTART =
      Path.of(System.getProperty("ingot.root"), "jobs/quickstart");
  private static final ExactMatch.Checkpoint GO_ON = () -> {};

  @TempDir Path folder;
  private final Tokenizer tokenizer = Tokenizer.load(QUICKSTART.resolve("hub/ingot/tiny-base"));

  @AfterEach
  void close() {
    tokenizer.close();
  }

  @Test
  void perplexityOfAnEvenModelIsItsVocabulary() throws Exception {
    FakeLanguageModel even = new FakeLanguageModel(50, Math.log(1 / 50.0), p -> new int[0]);
    Perplexity perplexity =
        Perplexity.measure(
            even, List.of(new int[] {1, 2, 3}, new int[] {4, 5}), Progress.NONE, GO_ON);
    assertThat(perplexity.value()).isCloseTo(50, within(1e-4));
    assertThat(perplexity.predictions()).isEqualTo(3);
  }

  @Test
  void perplexityOfLabelsLeavesOutMaskedTokens() throws Exception {
    FakeLanguageModel model = new FakeLanguageModel(10, Math.log(0.5), p -> new int[0]);
    TokenRow row = new TokenRow(new int[] {3, 0, 4, 0}, new int[] {-100, 0, -100, 0});
    Perplexity perplexity = Perplexity.ofLabels(model, List.of(row), Progress.NONE, GO_ON);
    assertThat(perplexity.value()).isCloseTo(2, within(1e-5));
    assertThat(perplexity.predictions()).isEqualTo(2);
  }

  @Test
  void divergenceIsTheTextbookSum() throws Exception {
    FakeLanguageModel p = new FakeLanguageModel(3, Math.log(0.5), x -> new int[0]);
    FakeLanguageModel q = new FakeLanguageModel(3, Math.log(0.8), x -> new int[0]);
    double expected = 0.5 * Math.log(0.5 / 0.8) + 0.5 * Math.log(0.25 / 0.1);
    Divergence divergence =
        Divergence.measure(p, q, List.of(new int[] {1, 2, 0}), Progress.NONE, GO_ON);
    assertThat(divergence.mean()).isCloseTo(expected, within(1e-6));
    assertThat(divergence.positions()).isEqualTo(2);
    assertThat(Divergence.measure(p, p, List.of(new int[] {1, 2}), Progress.NONE, GO_ON).mean())
        .isZero();
    FakeLanguageModel wider = new FakeLanguageModel(4, Math.log(0.5), x -> new int[0]);
    assertThatThrownBy(
            () -> Divergence.measure(p, wider, List.of(new int[] {1, 2}), Progress.NONE, GO_ON))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("3 and 4 tokens");
  }

  @Test
  void anAnswerCountsOnlyWhenEveryCharacterIsRight() throws Exception {
    List<Question> questions =
        questions()
            .read(
                write(chat("Hi", "Yes.") + chat("Hi you", "Yes. ") + chat("Hello", "No.")),
                RowFormat.MESSAGES,
                100,
                500);
    assertThat(questions).extracting(Question::answer).containsExactly("Yes.", "Yes. ", "No.");
    assertThat(tokenizer.decode(questions.getFirst().promptIds(), false))
        .isEqualTo("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    FakeLanguageModel model = new FakeLanguageModel(1024, -1, p -> tokenizer.ids("Yes.", false));
    ExactMatch match =
        ExactMatch.measure(model, tokenizer, questions, 44, Set.of(2), Progress.NONE, GO_ON);
    assertThat(match.answers()).containsOnly("Yes.");
    assertThat(match.right()).isEqualTo(1);
    assertThat(match.score()).isCloseTo(1 / 3.0, within(1e-9));
  }

  @Test
  void aRowWithoutAnswerIsNamed() throws IOException {
    Path file = write("{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}\n");
    assertThatThrownBy(() -> questions().read(file, RowFormat.MESSAGES, 10, 500))
        .hasMessageStartingWith(file + ":1: no message has the role 'assistant'");
    Path longer = write(chat("word ".repeat(100), "x"));
    assertThatThrownBy(() -> questions().read(longer, RowFormat.MESSAGES, 10, 20))
        .hasMessageStartingWith(longer + ":1: prompt and answer have ")
        .hasMessageContaining("the model can see 20");
    assertThatThrownBy(() -> questions().read(longer, RowFormat.TEXT, 10, 20))
        .hasMessageContaining("has no answers to compare with");
  }

  @Test
  void runningTextBecomesWindowsOfWholeDocuments() throws IOException {
    Path file = folder.resolve("a.txt");
    Files.writeString(file, "one<|endoftext|>\ntwo\nlines<|endoftext|>\n");
    List<int[]> windows = TextWindows.read(file, tokenizer, 4, 100);
    int[] all = tokenizer.ids("one<|endoftext|>two\nlines<|endoftext|>", false);
    assertThat(windows).hasSize(all.length / 4).allSatisfy(w -> assertThat(w).hasSize(4));
    assertThat(windows.getFirst()).isEqualTo(java.util.Arrays.copyOf(all, 4));
    assertThat(TextWindows.read(file, tokenizer, 4096, 100)).containsExactly(all);
    assertThat(TextWindows.read(file, tokenizer, 2, 1)).hasSize(1);
    Files.writeString(file, "");
    assertThatThrownBy(() -> TextWindows.read(file, tokenizer, 4, 100))
        .hasMessageContaining("fewer than two tokens");
  }

  @Test
  void theHeldOutCorpusFillsTheWindowsOfTheReference() {
    List<int[]> windows =
        TextWindows.read(
            QUICKSTART.resolve("data/corpus.heldout.txt"), tokenizer, 256, Integer.MAX_VALUE);
    assertThat(windows).hasSize(113);
  }

  private Questions questions() {
    return new Questions(tokenizer, () -> ChatTemplate.of(tokenizer, "tiny", LocalDateTime.MIN));
  }

  private static String chat(String user, String assistant) {
    return "{\"messages\": [{\"role\": \"user\", \"content\": \""
        + user
        + "\"}, {\"role\": \"assistant\", \"content\": \""
        + assistant
        + "\"}]}\n";
  }

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("rows.jsonl"), content);
  }
}
