package io.ingot.run;

/** States of a review. Only PENDING can be decided, once. */
public enum ReviewState {
  PENDING,
  APPROVED,
  REJECTED,
  /** Nobody decided in time; this never approves. */
  EXPIRED,
  /** The run was cancelled, or its subject changed. */
  WITHDRAWN
}
