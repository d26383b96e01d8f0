package io.ingot.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of a random sequence that can be read from any block boundary on, so that threads share
 * one serial sequence. Immutable.
 */
public final class DrawStream {
  private final List<MersenneTwister> starts;

  private DrawStream(List<MersenneTwister> starts) {
    this.starts = starts;
  }

  /** Takes the next {@code count} draws out of a generator. */
  public static DrawStream reserve(MersenneTwister generator, long count) {
    List<MersenneTwister> starts = new ArrayList<>();
    for (long at = 0; at < count; at += Scratch.BLOCK) {
      starts.add(generator.copy());
      generator.skip(Math.min(Scratch.BLOCK, count - at));
    }
    return new DrawStream(starts);
  }

  /** A generator whose next draw is the one at {@code position} of this stretch. */
  public MersenneTwister at(long position) {
    MersenneTwister generator = starts.get((int) (position / Scratch.BLOCK)).copy();
    generator.skip(position % Scratch.BLOCK);
    return generator;
  }
}
