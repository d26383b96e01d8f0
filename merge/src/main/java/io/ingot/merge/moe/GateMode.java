package io.ingot.merge.moe;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Where the rows of the routers come from. */
public enum GateMode {
  /** The state that enters each layer at the last token of the prompts. */
  HIDDEN("hidden"),
  /** The same, averaged over the tokens of each prompt. */
  HIDDEN_AVG("hidden_avg"),
  /** Another name of {@link #HIDDEN}. */
  HIDDEN_LAST("hidden_last"),
  /** The sum of the embeddings of the prompts' tokens, the same for all layers. */
  CHEAP_EMBED("cheap_embed"),
  /** N(0, 1), for training afterwards. */
  RANDOM("random"),
  /** U(-1/sqrt(hidden), 1/sqrt(hidden)), as torch initializes linear layers. */
  UNIFORM_RANDOM("uniform_random");

  private final String text;

  GateMode(String text) {
    this.text = text;
  }

  /** As a recipe writes it. */
  public String text() {
    return text;
  }

  /** Whether prompts play no role. */
  public boolean isRandom() {
    return this == RANDOM || this == UNIFORM_RANDOM;
  }

  /** Whether the base has to be run. */
  public boolean needsStates() {
    return this == HIDDEN || this == HIDDEN_AVG || this == HIDDEN_LAST;
  }

  static List<String> names() {
    return Arrays.stream(values()).map(GateMode::text).toList();
  }

  static Optional<GateMode> of(String text) {
    return Arrays.stream(values()).filter(m -> m.text.equals(text)).findFirst();
  }
}
