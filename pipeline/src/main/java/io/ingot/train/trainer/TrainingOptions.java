package io.ingot.train.trainer;

import org.jspecify.annotations.Nullable;

/**
 * How steps are made.
 *
 * @param maxGradNorm 0 is no clipping
 * @param loraPlusRatio learning rate of B over that of A; 1 is the same
 * @param checkpointEvery steps between checkpoints; null decides by time
 * @param evaluateEvery steps between validations; null validates at the end
 * @param recompute whether activations are computed again in the backward pass
 */
public record TrainingOptions(
    LearningRate learningRate,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    double maxGradNorm,
    double loraPlusRatio,
    double dropout,
    long seed,
    @Nullable Integer checkpointEvery,
    @Nullable Integer evaluateEvery,
    boolean recompute) {}
