package io.ingot.run;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A question to a person, bound to the digest of exactly what is decided about.
 *
 * @param remark what the person said
 */
public record ReviewRecord(
    String id,
    String run,
    String step,
    String subjectDigest,
    String title,
    ReviewState state,
    Instant createdAt,
    @Nullable String decidedBy,
    @Nullable Instant decidedAt,
    @Nullable String remark) {}
