package io.ingot.train.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which rows each optimizer step sees. Everything follows from the numbers below and the step, so
 * that a position in the data is the number of a step.
 *
 * @param rows number of rows (or packs of rows)
 * @param batch rows of a micro-batch; a short last one is kept
 * @param accumulation micro-batches of a step; the last step of an epoch may have fewer
 * @param steps optimizer steps of the whole training
 */
public record TrainingPlan(
    int rows, int batch, int accumulation, int steps, boolean shuffle, long seed) {

  /** A plan of so many, possibly fractional, epochs. */
  public static TrainingPlan ofEpochs(
      int rows, int batch, int accumulation, double epochs, boolean shuffle, long seed) {
    int perEpoch = ceil(ceil(rows, batch), accumulation);
    int steps = (int) Math.max(1, Math.ceil(epochs * perEpoch));
    return new TrainingPlan(rows, batch, accumulation, steps, shuffle, seed);
  }

  /** Optimizer steps of an epoch. */
  public int stepsPerEpoch() {
    return ceil(ceil(rows, batch), accumulation);
  }

  /** Epochs done after so many steps. */
  public double epochs(int stepsDone) {
    return (double) stepsDone / stepsPerEpoch();
  }

  /** The micro-batches of a step, counted from 0, as row numbers. */
  public List<int[]> microBatches(int step) {
    return microBatches(step, order(epoch(step)));
  }

  /** The epoch that a step belongs to; both count from 0. */
  int epoch(int step) {
    return step / stepsPerEpoch();
  }

  /** As {@link #microBatches(int)}, by the order of the step's epoch, which is dear to make. */
  List<int[]> microBatches(int step, int[] order) {
    int first = step % stepsPerEpoch() * accumulation;
    List<int[]> batches = new ArrayList<>();
    for (int m = first; m < Math.min(first + accumulation, ceil(rows, batch)); m++) {
      int from = m * batch;
      batches.add(IntStream.range(from, Math.min(from + batch, rows)).map(i -> order[i]).toArray());
    }
    return batches;
  }

  /** Fisher-Yates, drawn anew for every epoch. */
  int[] order(int epoch) {
    int[] order = IntStream.range(0, rows).toArray();
    if (shuffle) {
      SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + epoch);
      for (int i = rows - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
      }
    }
    return order;
  }

  private static int ceil(int a, int b) {
    return Math.ceilDiv(a, b);
  }
}
