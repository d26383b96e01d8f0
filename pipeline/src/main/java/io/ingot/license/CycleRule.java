package io.ingot.license;

import java.util.List;

/** No model is its own ancestor. */
final class CycleRule implements Rule {
  @Override
  public void check(Chain chain, Publication publication, Findings findings) {
    List<String> cycle = chain.cycle();
    if (!cycle.isEmpty()) {
      findings.block(
          "base-model-cycle",
          cycle.getFirst(),
          "the cards declare each other as base: " + String.join(" -> ", cycle),
          "correct base_model in the card that is wrong");
    }
  }
}
