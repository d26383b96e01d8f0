package io.ingot.step;

import java.time.Instant;

/** A positive decision about a subject. */
public record Approval(String subjectDigest, String by, Instant at, String comment) {}
