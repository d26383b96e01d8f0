package io.ingot.job.planner;

import io.ingot.license.Verdict;
import java.util.List;

/**
 * What a job wants to publish, and what the licenses say to it.
 *
 * @param step name of the publish step
 * @param target repository or folder
 * @param ancestors names of the models and datasets that were judged
 */
public record Release(String step, String target, List<String> ancestors, Verdict verdict) {}
