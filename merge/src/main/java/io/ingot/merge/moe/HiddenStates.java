package io.ingot.merge.moe;

import io.ingot.model.Model;
import java.util.List;

/** The states inside of a decoder; implemented where neural nets are run. */
@FunctionalInterface
public interface HiddenStates {
  /** Takes what enters a layer. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Takes the states of a row; throws when the work is to be given up.
     *
     * @param row number of the row of tokens
     * @param states {@code [tokens of the row, hidden]}, row-major; only valid during the call
     */
    void accept(int layer, int row, float[] states) throws InterruptedException;
  }

  /**
   * Runs a model over rows of tokens, each on its own, and shows what enters each layer: all rows
   * of layer 0, then all of layer 1, and so on; within a layer rows come in any order.
   *
   * @throws io.ingot.error.IngotException when the model cannot be run, or a row is empty or holds
   *     a token that it has no embedding for
   */
  void visit(Model model, List<int[]> rows, Visitor visitor) throws InterruptedException;
}
