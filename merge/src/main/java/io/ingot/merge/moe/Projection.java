package io.ingot.merge.moe;

/** The three matrices of a gated MLP: {@code down(act(gate(x)) * up(x))}. */
enum Projection {
  GATE("gate_proj", "w1"),
  UP("up_proj", "w3"),
  DOWN("down_proj", "w2");

  private final String text;
  private final String mixtral;

  Projection(String text, String mixtral) {
    this.text = text;
    this.mixtral = mixtral;
  }

  /** As most families name it. */
  String text() {
    return text;
  }

  /** As Mixtral names it. */
  String mixtral() {
    return mixtral;
  }
}
