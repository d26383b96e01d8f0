package io.ingot.merge.method;

import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.Reductions;
import io.ingot.tensor.Rounding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The iteration of the Karcher mean. The current direction u is kept before its normalization, in
 * the dtype of the tensors, and only once a step has been taken; everything else, the first
 * direction among it, is made again from the operands in each pass.
 */
final class KarcherMean implements AutoCloseable {
  private final TensorMerge tensor;
  private final Rounding rounding;
  private final float[] norms;
  private final int[] valid;
  private final double tol;
  private final float alpha;
  private final DType held;
  private final Arena arena = Arena.ofShared();

  /** The direction before normalization; null before the first step. */
  private @Nullable MemorySegment stored;

  /** Whether the first mean vanishes, so that the first unit vector takes its place. */
  private boolean vanishes;

  /** What the direction is to be divided by; 0 for nothing. */
  private float norm;

  /**
   * @param norms of all operands, in float32
   * @param valid those that are not zero
   */
  KarcherMean(TensorMerge tensor, Rounding rounding, float[] norms, int[] valid, double tol) {
    this.tensor = tensor;
    this.rounding = rounding;
    this.norms = norms;
    this.valid = valid;
    this.tol = tol;
    double share = 1.0 / norms.length;
    this.alpha = (float) (share / (share * valid.length));
    this.held =
        switch (rounding) {
          case BF16 -> DType.BF16;
          case F16 -> DType.F16;
          case F32 -> DType.F32;
        };
  }

  /** u = the mean of the unit vectors, normalized; the first unit vector when it vanishes. */
  void start() {
    double square =
        Pass.reduce(
            tensor,
            tensor.operands(),
            1,
            (in, sums, count, position, temporaries) -> {
              float[] u = temporaries.get(0);
              units(in, count);
              raw(in, u, position, count, temporaries.get(1));
              sums[0] += Reductions.dot(u, u, count);
            })[0];
    float length = (float) Math.sqrt((float) square);
    vanishes = length < tol;
    norm = vanishes ? 0 : length;
  }

  void iterate(int most) {
    for (int round = 0; round < most; round++) {
      float[] dots = dots();
      float[] factors = new float[dots.length];
      for (int k : valid) {
        dots[k] = Math.clamp(dots[k], -1f, 1f);
        float angle = rounding.apply((float) Math.acos(dots[k]));
        if (angle >= tol) {
          float stretch = rounding.apply(angle / rounding.apply((float) Math.sin(angle)));
          factors[k] = rounding.apply(alpha * stretch);
        }
      }
      float length = length(dots, factors);
      if (length < tol) {
        return;
      }
      step(dots, factors, length);
    }
  }

  /**
   * Makes a chunk of the direction.
   *
   * @param in the operands; become unit vectors
   * @param spare is overwritten
   */
  void direction(float[][] in, float[] u, long position, int count, float[] spare) {
    units(in, count);
    raw(in, u, position, count, spare);
    if (norm != 0) {
      new Arithmetic(rounding, count).divide(u, u, norm);
    }
  }

  private void raw(float[][] in, float[] u, long position, int count, float[] spare) {
    MemorySegment known = stored;
    if (known != null) {
      Elements.read(held, known, position, u, count);
    } else if (vanishes) {
      System.arraycopy(in[valid[0]], 0, u, 0, count);
    } else {
      Arithmetic r = new Arithmetic(rounding, count);
      Arrays.fill(u, 0, count, 0f);
      for (int k : valid) {
        r.scale(spare, in[k], alpha);
        r.add(u, u, spare);
      }
    }
  }

  /** Cosines between the direction and each unit vector. */
  private float[] dots() {
    double[] sums =
        Pass.reduce(
            tensor,
            tensor.operands(),
            norms.length,
            (in, all, count, position, temporaries) -> {
              float[] u = temporaries.get(0);
              direction(in, u, position, count, temporaries.get(1));
              for (int k : valid) {
                all[k] += Reductions.dot(u, in[k], count);
              }
            });
    float[] dots = new float[sums.length];
    for (int k = 0; k < dots.length; k++) {
      dots[k] = rounding.apply(sums[k]);
    }
    return dots;
  }

  /** The length of the tangent. */
  private float length(float[] dots, float[] factors) {
    boolean zero = true;
    for (float factor : factors) {
      zero &= factor == 0;
    }
    if (zero) {
      return 0;
    }
    double square =
        Pass.reduce(
            tensor,
            tensor.operands(),
            1,
            (in, sums, count, position, temporaries) -> {
              float[] u = temporaries.get(0);
              float[] t = temporaries.get(1);
              direction(in, u, position, count, temporaries.get(2));
              tangent(in, u, t, dots, factors, count, temporaries.get(2));
              sums[0] += Reductions.dot(t, t, count);
            })[0];
    return (float) Math.sqrt((float) square);
  }

  /** u = cos(length) u + sin(length) tangent / length, and its norm. */
  private void step(float[] dots, float[] factors, float length) {
    float cosine = rounding.apply((float) Math.cos(length));
    float sine = rounding.apply((float) Math.sin(length));
    MemorySegment known = stored;
    MemorySegment target =
        known != null
            ? known
            : tensor
                .spill()
                .allocate(arena, tensor.operands().getFirst().elements() * held.bytes());
    double square =
        Pass.reduce(
            tensor,
            tensor.operands(),
            1,
            (in, sums, count, position, temporaries) -> {
              Arithmetic r = new Arithmetic(rounding, count);
              float[] u = temporaries.get(0);
              float[] t = temporaries.get(1);
              direction(in, u, position, count, temporaries.get(2));
              tangent(in, u, t, dots, factors, count, temporaries.get(2));
              r.scale(u, u, cosine);
              r.divide(t, t, length);
              r.scale(t, t, sine);
              r.add(u, u, t);
              sums[0] += Reductions.dot(u, u, count);
              Elements.write(held, u, count, target, position);
            })[0];
    stored = target;
    float next = (float) Math.sqrt((float) square);
    norm = next > tol ? next : 0;
  }

  /** T = sum of factor * (u_k - cos_k u), step by step. */
  private void tangent(
      float[][] in, float[] u, float[] t, float[] dots, float[] factors, int count, float[] spare) {
    Arithmetic r = new Arithmetic(rounding, count);
    Arrays.fill(t, 0, count, 0f);
    for (int k : valid) {
      if (factors[k] == 0) {
        continue;
      }
      r.scale(spare, u, dots[k]);
      r.subtract(spare, in[k], spare);
      r.scale(spare, spare, factors[k]);
      r.add(t, t, spare);
    }
  }

  private void units(float[][] in, int count) {
    for (int k = 0; k < in.length; k++) {
      if (norms[k] == 0) {
        Arrays.fill(in[k], 0, count, 0f);
      } else {
        new Arithmetic(rounding, count).divide(in[k], in[k], norms[k]);
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
