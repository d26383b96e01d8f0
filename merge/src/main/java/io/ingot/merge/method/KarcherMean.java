package io.ingot.merge.method;

import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.Reductions;
import io.ingot.tensor.Rounding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The iteration of the Karcher mean. The current direction u is kept before its normalization, in
 * the dtype of the tensors, and only once a step has been taken, the tangent from its pass to the
 * next; everything else, the first direction among it, is made again from the operands.
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

  /** The tangent of the last pass. */
  private @Nullable MemorySegment tangent;

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
      step(length);
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
    normalize(u, count);
  }

  private void normalize(float[] u, int count) {
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
    if (zero && tol > 0) {
      return 0;
    }
    MemorySegment target = tangent == null ? memory() : tangent;
    tangent = target;
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
              Elements.write(held, t, count, target, position);
              sums[0] += Reductions.dot(t, t, count);
            })[0];
    return (float) Math.sqrt((float) square);
  }

  /** u = cos(length) u + sin(length) tangent / length, and its norm. */
  private void step(float length) {
    float cosine = rounding.apply((float) Math.cos(length));
    float sine = rounding.apply((float) Math.sin(length));
    MemorySegment target = stored == null ? memory() : stored;
    MemorySegment walk = Objects.requireNonNull(tangent);
    double square =
        Pass.reduce(
            tensor,
            stored == null ? tensor.operands() : List.of(tensor.operands().getFirst()),
            1,
            (in, sums, count, position, temporaries) -> {
              Arithmetic r = new Arithmetic(rounding, count);
              float[] u = temporaries.get(0);
              float[] t = temporaries.get(1);
              if (stored == null) {
                direction(in, u, position, count, temporaries.get(2));
              } else {
                Elements.read(held, target, position, u, count);
                normalize(u, count);
              }
              Elements.read(held, walk, position, t, count);
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

  private MemorySegment memory() {
    long elements = tensor.operands().getFirst().elements();
    return tensor.spill().allocate(arena, elements * held.bytes());
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
