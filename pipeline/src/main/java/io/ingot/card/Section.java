package io.ingot.card;

/** A part of the card. */
@FunctionalInterface
interface Section {
  /** Markdown with its heading; empty when there are no facts for it. */
  String write(CardFacts facts);
}
