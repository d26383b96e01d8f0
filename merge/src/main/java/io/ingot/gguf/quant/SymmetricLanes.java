package io.ingot.gguf.quant;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Search#symmetric} for as many groups at once as a vector has lanes, equal bit for bit. Not
 * thread-safe.
 */
final class SymmetricLanes {
  private static final VectorSpecies<Float> FLOATS = AffineLanes.FLOATS;
  static final int LANES = AffineLanes.LANES;

  private final int size;
  private final int half;
  private final float[] x;
  private final float[] weights;
  private final float[] scale = new float[LANES];
  private final float[] inverse = new float[LANES];

  SymmetricLanes(int size, int half) {
    this.size = size;
    this.half = half;
    this.x = new float[size * LANES];
    this.weights = new float[size * LANES];
  }

  /** Puts a group into a lane; its weights are the squares. */
  void put(int lane, float[] values, int from) {
    for (int i = 0; i < size; i++) {
      float value = values[from + i];
      x[i * LANES + lane] = value;
      weights[i * LANES + lane] = value * value;
    }
  }

  /** Puts a group with its weights into a lane. */
  void put(int lane, float[] values, int from, float[] ofGroup, int weightsFrom) {
    for (int i = 0; i < size; i++) {
      x[i * LANES + lane] = values[from + i];
      weights[i * LANES + lane] = ofGroup[weightsFrom + i];
    }
  }

  float scale(int lane) {
    return scale[lane];
  }

  /** The levels of a lane; zeros for a group of zeros. */
  void levels(int lane, byte[] out, int from) {
    float factor = inverse[lane];
    if (Float.isNaN(factor)) {
      java.util.Arrays.fill(out, from, from + size, (byte) 0);
      return;
    }
    for (int i = 0; i < size; i++) {
      int level = Rounding.nearest(factor * x[i * LANES + lane]);
      out[from + i] = (byte) (Search.clamp(level, -half, half - 1) + half);
    }
  }

  /** Searches all lanes. */
  void search() {
    FloatVector max = FloatVector.zero(FLOATS);
    FloatVector amax = max;
    for (int at = 0; at < x.length; at += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, x, at);
      FloatVector magnitude = value.abs();
      VectorMask<Float> larger = magnitude.compare(GT, amax);
      amax = amax.blend(magnitude, larger);
      max = max.blend(value, larger);
    }
    VectorMask<Float> zero = amax.compare(LT, Search.EPSILON);
    FloatVector bestInverse = FloatVector.broadcast(FLOATS, -half).div(max);
    FloatVector bestScale = null;
    FloatVector best = null;
    for (int step = -10; step <= 9; step++) {
      // The first round is the plain scale, which the loop over steps leaves out.
      if (step == 0) {
        continue;
      }
      FloatVector factor =
          step == -10 ? bestInverse : FloatVector.broadcast(FLOATS, -(half + 0.1f * step)).div(max);
      FloatVector sumlx = FloatVector.zero(FLOATS);
      FloatVector suml2 = sumlx;
      for (int at = 0; at < x.length; at += LANES) {
        FloatVector value = FloatVector.fromArray(FLOATS, x, at);
        FloatVector level = level(factor.mul(value));
        FloatVector w = FloatVector.fromArray(FLOATS, weights, at);
        sumlx = sumlx.add(w.mul(value).mul(level));
        suml2 = suml2.add(w.mul(level).mul(level));
      }
      if (bestScale == null || best == null) {
        bestScale = FloatVector.zero(FLOATS).blend(sumlx.div(suml2), suml2.compare(NE, 0f));
        best = bestScale.mul(sumlx);
        continue;
      }
      VectorMask<Float> better =
          sumlx.mul(sumlx).compare(GT, best.mul(suml2)).and(suml2.compare(GT, 0f));
      if (better.anyTrue()) {
        FloatVector thisScale = sumlx.div(suml2);
        bestScale = bestScale.blend(thisScale, better);
        best = best.blend(thisScale.mul(sumlx), better);
        bestInverse = bestInverse.blend(factor, better);
      }
    }
    if (bestScale != null) {
      bestScale.blend(0f, zero).intoArray(scale, 0);
    }
    bestInverse.blend(Float.NaN, zero).intoArray(inverse, 0);
  }

  private FloatVector level(FloatVector value) {
    IntVector bits = value.add(Rounding.MAGIC).reinterpretAsInts();
    IntVector level = bits.and(0x007f_ffff).sub(0x0040_0000).max(-half).min(half - 1);
    return (FloatVector) level.convert(VectorOperators.I2F, 0);
  }
}
