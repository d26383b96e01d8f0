package io.ingot.run;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One claim of a step and what became of it. Attempts are never overwritten. */
public record AttemptRecord(
    String run,
    String step,
    int fence,
    String engine,
    Instant startedAt,
    @Nullable Instant endedAt,
    Outcome outcome,
    @Nullable String message) {}
