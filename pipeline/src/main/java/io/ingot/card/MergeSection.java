package io.ingot.card;

/** The recipe of every merge, as mergekit reads it. */
final class MergeSection implements Section {
  @Override
  public String write(CardFacts facts) {
    StringBuilder text = new StringBuilder();
    for (CardFacts.Merge merge : facts.merges()) {
      text.append(text.isEmpty() ? "## Merge\n\n" : "\n")
          .append(Markdown.code(merge.step()))
          .append(" was merged with the method ")
          .append(Markdown.code(merge.method()))
          .append(":\n\n")
          .append(Markdown.fence("yaml", merge.recipe()));
    }
    return text.toString();
  }
}
