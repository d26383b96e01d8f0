package io.ingot.step.card;

import io.ingot.card.CardFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Who changed what: the statement that licenses ask for. */
final class Changes {
  private Changes() {}

  static String sentence(CardFacts facts) {
    List<String> done = new ArrayList<>();
    if (!facts.trainings().isEmpty()) {
      done.add(
          "fine-tuned ("
              + facts.trainings().stream()
                  .map(CardFacts.Training::step)
                  .collect(Collectors.joining(", "))
              + ")");
    }
    if (!facts.merges().isEmpty()) {
      done.add(
          "merged ("
              + facts.merges().stream()
                  .map(CardFacts.Merge::method)
                  .collect(Collectors.joining(", "))
              + ")");
    }
    if (!facts.gguf().isEmpty()) {
      done.add("converted to GGUF and quantized");
    }
    if (done.isEmpty()) {
      return "Published by " + facts.publisher().name() + ".";
    }
    String from =
        facts.bases().stream()
            .map(
                base ->
                    base.repository()
                        + base.commit().map(commit -> " at commit " + commit).orElse(""))
            .distinct()
            .collect(Collectors.joining(", "));
    return "This is a modified work. "
        + facts.publisher().name()
        + " changed all weight files"
        + (from.isEmpty() ? "" : " of " + from)
        + ": "
        + String.join(", ", done)
        + ".";
  }
}
