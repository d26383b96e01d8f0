package io.ingot.train.data;

/** Which tokens are trained. */
public enum LossOn {
  /** What the assistant wrote, with the tokens that end its turns. */
  ASSISTANT,
  /** What follows the prompt; of a chat its last assistant turn. */
  COMPLETION,
  ALL
}
