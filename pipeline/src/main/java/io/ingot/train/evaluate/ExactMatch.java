package io.ingot.train.evaluate;

import io.ingot.progress.Progress;
import io.ingot.train.LanguageModel;
import io.ingot.train.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Share of greedy answers that equal the expected one, character for character, special tokens left
 * out. Generation stops where no answer can match any more.
 *
 * @param right answers that match
 * @param total answers
 * @param answers decoded answers, in order of the questions
 */
public record ExactMatch(int right, int total, List<String> answers) {
  /** Rows of one call, so that progress shows and a cancellation is heeded. */
  private static final int CHUNK = 256;

  /** An answer that is this much longer than the longest expected one is wrong anyhow. */
  private static final int SLACK = 16;

  /** Between 0 and 1. */
  public double score() {
    return total == 0 ? 0 : (double) right / total;
  }

  /** What is done between chunks of rows. */
  @FunctionalInterface
  public interface Checkpoint {
    void check() throws InterruptedException;
  }

  /**
   * Answers all questions.
   *
   * @param maxNewTokens longest answer
   * @param stops tokens that end an answer
   */
  public static ExactMatch measure(
      LanguageModel model,
      Tokenizer tokenizer,
      List<Question> questions,
      int maxNewTokens,
      Set<Integer> stops,
      Progress progress,
      Checkpoint checkpoint)
      throws InterruptedException {
    int longest = questions.stream().mapToInt(Question::answerTokens).max().orElse(0) + SLACK;
    int limit = Math.min(maxNewTokens, longest);
    List<String> answers = new ArrayList<>(questions.size());
    int right = 0;
    for (int from = 0; from < questions.size(); from += CHUNK) {
      checkpoint.check();
      List<Question> some = questions.subList(from, Math.min(questions.size(), from + CHUNK));
      List<int[]> generated =
          model.generate(some.stream().map(Question::promptIds).toList(), limit, stops);
      for (int i = 0; i < some.size(); i++) {
        String answer = tokenizer.decode(generated.get(i), true);
        answers.add(answer);
        right += answer.equals(some.get(i).answer()) ? 1 : 0;
      }
      progress.advance(some.size());
    }
    return new ExactMatch(right, questions.size(), List.copyOf(answers));
  }
}
