package io.ingot.gguf.quant;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Search#affine} for as many groups at once as a vector has lanes: each lane does the same
 * operations in the same order as the plain form, so the results are equal bit for bit. Not
 * thread-safe.
 */
final class AffineLanes {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final int LANES = FLOATS.length();

  private final int size;
  private final int top;
  private final float[] x;
  private final float[] weights;
  private final float[] levels;
  private final float[] trial;
  private final float[] scale = new float[LANES];
  private final float[] min = new float[LANES];

  AffineLanes(int size, int top) {
    this.size = size;
    this.top = top;
    this.x = new float[size * LANES];
    this.weights = new float[size * LANES];
    this.levels = new float[size * LANES];
    this.trial = new float[size * LANES];
  }

  /** Puts the values and weights of a group into a lane. */
  void put(int lane, float[] values, int from, float[] ofGroup) {
    for (int i = 0; i < size; i++) {
      x[i * LANES + lane] = values[from + i];
      weights[i * LANES + lane] = ofGroup[i];
    }
  }

  /** What was found for a lane. */
  float scale(int lane) {
    return scale[lane];
  }

  float min(int lane) {
    return min[lane];
  }

  void levels(int lane, byte[] out, int from) {
    for (int i = 0; i < size; i++) {
      out[from + i] = (byte) levels[i * LANES + lane];
    }
  }

  /** Searches all lanes; parameters as in {@link Search#affine}. */
  void search(float first, float delta, int steps, boolean absolute) {
    FloatVector low = FloatVector.fromArray(FLOATS, x, 0);
    FloatVector high = low;
    FloatVector sumw = FloatVector.fromArray(FLOATS, weights, 0);
    FloatVector sumx = sumw.mul(low);
    for (int at = LANES; at < x.length; at += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, x, at);
      FloatVector w = FloatVector.fromArray(FLOATS, weights, at);
      low = low.blend(value, value.compare(LT, low));
      high = high.blend(value, value.compare(GT, high));
      sumw = sumw.add(w);
      sumx = sumx.add(w.mul(value));
    }
    low = low.blend(0f, low.compare(GT, 0f));
    VectorMask<Float> flat = high.compare(LE, low);
    FloatVector nmax = FloatVector.broadcast(FLOATS, top);
    FloatVector inverse = nmax.div(high.sub(low));
    FloatVector bestScale = FloatVector.broadcast(FLOATS, 1f).div(inverse);
    FloatVector best = round(inverse, low, bestScale, absolute, levels);
    FloatVector bestMin = low;
    for (int step = 0; step <= steps; step++) {
      inverse = FloatVector.broadcast(FLOATS, first + delta * step + top).div(high.sub(bestMin));
      FloatVector suml = FloatVector.zero(FLOATS);
      FloatVector suml2 = suml;
      FloatVector sumxl = suml;
      for (int at = 0; at < x.length; at += LANES) {
        FloatVector value = FloatVector.fromArray(FLOATS, x, at);
        FloatVector level = level(inverse.mul(value.sub(bestMin)));
        level.intoArray(trial, at);
        FloatVector weighted = FloatVector.fromArray(FLOATS, weights, at).mul(level);
        suml = suml.add(weighted);
        suml2 = suml2.add(weighted.mul(level));
        sumxl = sumxl.add(weighted.mul(value));
      }
      FloatVector determinant = sumw.mul(suml2).sub(suml.mul(suml));
      VectorMask<Float> solvable = determinant.compare(GT, 0f);
      if (!solvable.anyTrue()) {
        continue;
      }
      FloatVector thisScale = sumw.mul(sumxl).sub(sumx.mul(suml)).div(determinant);
      FloatVector thisMin = suml2.mul(sumx).sub(suml.mul(sumxl)).div(determinant);
      VectorMask<Float> positive = thisMin.compare(GT, 0f);
      thisMin = thisMin.blend(0f, positive);
      thisScale = thisScale.blend(sumxl.div(suml2), positive);
      FloatVector error = error(thisScale, thisMin, absolute);
      VectorMask<Float> better = error.compare(LT, best).and(solvable);
      if (better.anyTrue()) {
        for (int at = 0; at < x.length; at += LANES) {
          FloatVector.fromArray(FLOATS, levels, at)
              .blend(FloatVector.fromArray(FLOATS, trial, at), better)
              .intoArray(levels, at);
        }
        best = best.blend(error, better);
        bestScale = bestScale.blend(thisScale, better);
        bestMin = bestMin.blend(thisMin, better);
      }
    }
    if (flat.anyTrue()) {
      bestScale = bestScale.blend(0f, flat);
      bestMin = bestMin.blend(low, flat);
      for (int at = 0; at < x.length; at += LANES) {
        FloatVector.fromArray(FLOATS, levels, at).blend(0f, flat).intoArray(levels, at);
      }
    }
    bestScale.intoArray(scale, 0);
    bestMin.neg().intoArray(min, 0);
  }

  private FloatVector round(
      FloatVector inverse, FloatVector low, FloatVector start, boolean absolute, float[] out) {
    FloatVector error = FloatVector.zero(FLOATS);
    for (int at = 0; at < x.length; at += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, x, at);
      FloatVector level = level(inverse.mul(value.sub(low)));
      level.intoArray(out, at);
      FloatVector diff = start.mul(level).add(low).sub(value);
      diff = absolute ? diff.abs() : diff.mul(diff);
      error = error.add(FloatVector.fromArray(FLOATS, weights, at).mul(diff));
    }
    return error;
  }

  private FloatVector error(FloatVector scales, FloatVector mins, boolean absolute) {
    FloatVector error = FloatVector.zero(FLOATS);
    for (int at = 0; at < x.length; at += LANES) {
      FloatVector level = FloatVector.fromArray(FLOATS, trial, at);
      FloatVector diff = scales.mul(level).add(mins).sub(FloatVector.fromArray(FLOATS, x, at));
      diff = absolute ? diff.abs() : diff.mul(diff);
      error = error.add(FloatVector.fromArray(FLOATS, weights, at).mul(diff));
    }
    return error;
  }

  /** {@link Rounding#nearest}, clamped to the levels. */
  private FloatVector level(FloatVector value) {
    IntVector bits = value.add(Rounding.MAGIC).reinterpretAsInts();
    IntVector level = bits.and(0x007f_ffff).sub(0x0040_0000).max(0).min(top);
    return (FloatVector) level.convert(VectorOperators.I2F, 0);
  }
}
