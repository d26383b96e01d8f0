package io.ingot.card;

import io.ingot.license.Verdict.Duty;
import java.util.List;
import java.util.stream.Collectors;

/** The first screen: name, summary, and the lines that licenses want to be prominent. */
final class SummarySection implements Section {
  @Override
  public String write(CardFacts facts) {
    StringBuilder text = new StringBuilder("# " + Markdown.text(facts.title()) + "\n\n");
    List<String> lines =
        facts.verdict().duties().stream()
            .filter(duty -> duty.kind().equals("attribution"))
            .map(Duty::text)
            .filter(line -> !line.contains("://"))
            .map(line -> line.replace("{name}", facts.title()))
            .distinct()
            .toList();
    lines.forEach(line -> text.append("**").append(Markdown.text(line)).append("**\n\n"));
    facts.texts().summary().ifPresent(s -> text.append(Markdown.prose(s)).append("\n\n"));
    text.append(lineage(facts)).append("\n\n");
    facts
        .texts()
        .intendedUse()
        .ifPresent(use -> text.append("## Intended use\n\n").append(Markdown.prose(use)));
    return text.toString();
  }

  /** One sentence that says what was done to what. */
  private static String lineage(CardFacts facts) {
    String bases =
        facts.bases().stream()
            .map(base -> Markdown.code(base.repository()))
            .distinct()
            .collect(Collectors.joining(", "));
    String from = bases.isEmpty() ? "" : " from " + bases;
    StringBuilder done = new StringBuilder();
    if (!facts.trainings().isEmpty()) {
      done.append(
          facts.trainings().size() == 1
              ? "one fine-tune"
              : facts.trainings().size() + " fine-tunes");
    }
    for (CardFacts.Merge merge : facts.merges()) {
      done.append(done.isEmpty() ? "a " : ", merged with ")
          .append(Markdown.code(merge.method()))
          .append(done.length() < 4 ? " merge" : "");
    }
    if (!facts.quantizations().isEmpty()) {
      done.append(done.isEmpty() ? "quantized to GGUF" : ", quantized to GGUF");
    }
    if (done.isEmpty() && from.isEmpty()) {
      return "";
    }
    return "Made by "
        + Markdown.text(facts.publisher().name())
        + from
        + (done.isEmpty() ? "" : ": " + done)
        + ".";
  }
}
