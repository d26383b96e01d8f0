package io.ingot.run;

import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run as it is in the database.
 *
 * @param planDigest see {@link PlanDigest}
 * @param originRun the run of the same job that came before it, if any
 */
public record RunRecord(
    String id,
    String jobName,
    Path jobFile,
    String lockJson,
    String planDigest,
    @Nullable String originRun,
    RunState state,
    Instant createdAt,
    @Nullable Instant endedAt) {}
