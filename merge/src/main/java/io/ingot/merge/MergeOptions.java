package io.ingot.merge;

import io.ingot.tensor.MersenneTwister;

/**
 * How a recipe is executed.
 *
 * @param compatible exactly what mergekit writes, oddities included
 * @param allowCrimes whether models of different architectures may be mixed
 * @param seed of random methods
 * @param shardBytes largest size of an output file's tensors; 0 or less: one file
 * @param copyTokenizer whether tokenizer files are written
 * @param writeCard whether README.md and the recipe are written
 * @param failOnNotFinite whether a NaN or infinity in the result is a failure
 * @param threads 0: one for each processor
 * @param resume whether finished shards of an interrupted run are kept
 */
public record MergeOptions(
    boolean compatible,
    boolean allowCrimes,
    long seed,
    long shardBytes,
    boolean copyTokenizer,
    boolean writeCard,
    boolean failOnNotFinite,
    int threads,
    boolean resume) {
  /** 5 GB, as mergekit. */
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  public static MergeOptions defaults() {
    return new MergeOptions(
        false,
        false,
        MersenneTwister.DEFAULT_SEED,
        DEFAULT_SHARD_BYTES,
        true,
        true,
        false,
        0,
        false);
  }

  public MergeOptions withCompatible(boolean value) {
    return new MergeOptions(
        value,
        allowCrimes,
        seed,
        shardBytes,
        copyTokenizer,
        writeCard,
        failOnNotFinite,
        threads,
        resume);
  }

  public MergeOptions withThreads(int value) {
    return new MergeOptions(
        compatible,
        allowCrimes,
        seed,
        shardBytes,
        copyTokenizer,
        writeCard,
        failOnNotFinite,
        value,
        resume);
  }

  public MergeOptions withShardBytes(long value) {
    return new MergeOptions(
        compatible,
        allowCrimes,
        seed,
        value,
        copyTokenizer,
        writeCard,
        failOnNotFinite,
        threads,
        resume);
  }

  public MergeOptions withCard(boolean value) {
    return new MergeOptions(
        compatible,
        allowCrimes,
        seed,
        shardBytes,
        copyTokenizer,
        value,
        failOnNotFinite,
        threads,
        resume);
  }

  public MergeOptions withTokenizer(boolean value) {
    return new MergeOptions(
        compatible,
        allowCrimes,
        seed,
        shardBytes,
        value,
        writeCard,
        failOnNotFinite,
        threads,
        resume);
  }

  public MergeOptions withSeed(long value) {
    return new MergeOptions(
        compatible,
        allowCrimes,
        value,
        shardBytes,
        copyTokenizer,
        writeCard,
        failOnNotFinite,
        threads,
        resume);
  }

  public MergeOptions withResume(boolean value) {
    return new MergeOptions(
        compatible,
        allowCrimes,
        seed,
        shardBytes,
        copyTokenizer,
        writeCard,
        failOnNotFinite,
        threads,
        value);
  }
}
