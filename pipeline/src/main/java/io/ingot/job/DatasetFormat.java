package io.ingot.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.ingot.step.Doc;

/** How the rows of a dataset are written. */
public enum DatasetFormat {
  @Doc("messages: [{role, content}, ...], with tools and tool calls.")
  @JsonProperty("messages")
  MESSAGES("messages"),
  @Doc("conversations: [{from, value}, ...].")
  @JsonProperty("sharegpt")
  SHAREGPT("sharegpt"),
  @Doc("instruction, input, output.")
  @JsonProperty("alpaca")
  ALPACA("alpaca"),
  @Doc("prompt and completion.")
  @JsonProperty("prompt-completion")
  PROMPT_COMPLETION("prompt-completion"),
  @Doc("text; or a plain text file.")
  @JsonProperty("text")
  TEXT("text"),
  @Doc("prompt, chosen, rejected.")
  @JsonProperty("preference")
  PREFERENCE("preference"),
  @Doc("prompt, completion and a label that is true or false.")
  @JsonProperty("kto")
  KTO("kto"),
  @Doc("input_ids and labels, used as they are.")
  @JsonProperty("tokens")
  TOKENS("tokens");

  private final String word;

  DatasetFormat(String word) {
    this.word = word;
  }

  /** The word in the job file. */
  public String word() {
    return word;
  }

  /** The tokens that are trained where the job does not say. */
  public String lossOn() {
    return switch (this) {
      case MESSAGES, SHAREGPT -> "assistant";
      case ALPACA, PROMPT_COMPLETION, PREFERENCE, KTO -> "completion";
      case TEXT, TOKENS -> "all";
    };
  }
}
