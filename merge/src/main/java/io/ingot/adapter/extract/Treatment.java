package io.ingot.adapter.extract;

/** What becomes of a module. */
public enum Treatment {
  /** Two factors of {@code [out, in]}. */
  LINEAR,
  /** Two factors of a weight that lies as {@code [in, out]}, as in GPT-2. */
  TRANSPOSED,
  /** Two factors of an embedding, {@code [vocabulary, dim]}; PEFT keeps them transposed. */
  EMBEDDING,
  /** Saved as it is. */
  WHOLE;

  boolean transposed() {
    return this == TRANSPOSED || this == EMBEDDING;
  }
}
