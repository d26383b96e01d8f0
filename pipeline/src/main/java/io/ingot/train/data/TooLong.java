package io.ingot.train.data;

/** What happens to rows longer than the limit. */
public enum TooLong {
  DROP,
  /** Their end is cut off; a row that then has nothing to train is dropped. */
  TRUNCATE,
  FAIL
}
