package io.ingot.run;

import java.nio.file.Path;
import java.util.List;

/**
 * A resolved job, ready to be run.
 *
 * @param jobName name of the job
 * @param jobFile the file it was read from
 * @param lockJson everything that was pinned: commits, dataset hashes, template hash, tool version,
 *     seed, clock. Equal locks mean the same work: an unfinished run of the same job and lock is
 *     continued
 * @param steps in topological order
 */
public record RunPlan(String jobName, Path jobFile, String lockJson, List<PlannedStep> steps) {}
