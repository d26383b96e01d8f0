package io.ingot.merge.method;

import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The iteration of the Karcher mean. The current direction u is held as float32 or in the dtype of
 * the tensors; everything else is made again from the operands in each pass.
 */
final class KarcherMean implements AutoCloseable {
  private final TensorMerge tensor;
  private final Rounding r;
  private final float[] norms;
  private final int[] valid;
  private final double tol;
  private final double alpha;
  private final DType held;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment direction;

  /**
   * @param norms of all operands, in float32
   * @param valid those that are not zero
   */
  KarcherMean(TensorMerge tensor, Rounding r, float[] norms, int[] valid, double tol) {
    this.tensor = tensor;
    this.r = r;
    this.norms = norms;
    this.valid = valid;
    this.tol = tol;
    double share = 1.0 / norms.length;
    this.alpha = share / (share * valid.length);
    this.held =
        switch (r) {
          case BF16 -> DType.BF16;
          case F16 -> DType.F16;
          case F32 -> DType.F32;
        };
    this.direction = arena.allocate(tensor.operands().getFirst().elements() * held.bytes(), 64);
  }

  /** Makes a chunk of the direction out of unit vectors. */
  @FunctionalInterface
  private interface Step {
    /**
     * @param in unit vectors; may be overwritten
     * @param u the current direction, to be replaced
     */
    void apply(float[][] in, float[] u, int count);
  }

  void read(long position, float[] out, int count) {
    Elements.read(held, direction, position, out, count);
  }

  /** u = the mean of the unit vectors, normalized; the first unit vector when it vanishes. */
  void start() {
    walk(
        (in, u, count) -> {
          java.util.Arrays.fill(u, 0, count, 0f);
          for (int k : valid) {
            for (int i = 0; i < count; i++) {
              u[i] = r.apply(u[i] + r.apply((float) alpha * in[k][i]));
            }
          }
        });
    float norm = (float) Math.sqrt((float) squaredNorm());
    if (norm < tol) {
      walk((in, u, count) -> System.arraycopy(in[valid[0]], 0, u, 0, count));
    } else {
      walk(
          (in, u, count) -> {
            Kernels.divide(u, u, norm, count);
            Kernels.round(r, u, count);
          });
    }
  }

  void iterate(int most) {
    for (int round = 0; round < most; round++) {
      float[] dots = dots();
      float[] factors = new float[dots.length];
      for (int k : valid) {
        float angle = r.apply((float) Math.acos(Math.clamp(dots[k], -1f, 1f)));
        dots[k] = Math.clamp(dots[k], -1f, 1f);
        if (angle >= tol) {
          factors[k] = r.apply((float) alpha * r.apply(angle / r.apply((float) Math.sin(angle))));
        }
      }
      float length = (float) Math.sqrt((float) tangentSquare(dots, factors));
      if (length < tol) {
        return;
      }
      float cosine = r.apply((float) Math.cos(length));
      float sine = r.apply((float) Math.sin(length));
      walk(
          (in, u, count) -> {
            float[] tangent = tangent(in, u, dots, factors, count);
            for (int i = 0; i < count; i++) {
              float along = r.apply(cosine * u[i]);
              float across = r.apply(sine * r.apply(tangent[i] / length));
              u[i] = r.apply(along + across);
            }
          });
      float norm = (float) Math.sqrt((float) squaredNorm());
      if (norm > tol) {
        walk(
            (in, u, count) -> {
              Kernels.divide(u, u, norm, count);
              Kernels.round(r, u, count);
            });
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
              read(position, u, count);
              units(in, count);
              for (int k : valid) {
                all[k] += Dot.of(u, in[k], count);
              }
            });
    float[] dots = new float[sums.length];
    for (int k = 0; k < dots.length; k++) {
      dots[k] = r.apply(sums[k]);
    }
    return dots;
  }

  private double tangentSquare(float[] dots, float[] factors) {
    return Pass.reduce(
        tensor,
        tensor.operands(),
        1,
        (in, sums, count, position, temporaries) -> {
          float[] u = temporaries.get(0);
          read(position, u, count);
          units(in, count);
          float[] t = tangent(in, u, dots, factors, count);
          sums[0] += Dot.of(t, t, count);
        })[0];
  }

  private double squaredNorm() {
    return Pass.reduce(
        tensor,
        tensor.operands().subList(0, 1),
        1,
        (in, sums, count, position, temporaries) -> {
          float[] u = temporaries.get(0);
          read(position, u, count);
          sums[0] += Dot.of(u, u, count);
        })[0];
  }

  /** T = sum of factor * (u_k - cos_k u), step by step; the sum replaces a buffer of its own. */
  private float[] tangent(float[][] in, float[] u, float[] dots, float[] factors, int count) {
    float[] t = Scratch.local().floats(norms.length + 4);
    java.util.Arrays.fill(t, 0, count, 0f);
    for (int k : valid) {
      if (factors[k] == 0) {
        continue;
      }
      for (int i = 0; i < count; i++) {
        float difference = r.apply(in[k][i] - r.apply(dots[k] * u[i]));
        t[i] = r.apply(t[i] + r.apply(factors[k] * difference));
      }
    }
    return t;
  }

  private void units(float[][] in, int count) {
    for (int k = 0; k < in.length; k++) {
      if (norms[k] == 0) {
        java.util.Arrays.fill(in[k], 0, count, 0f);
      } else {
        Kernels.divide(in[k], in[k], norms[k], count);
        Kernels.round(r, in[k], count);
      }
    }
  }

  private void walk(Step step) {
    long total = tensor.operands().getFirst().elements();
    tensor
        .parallel()
        .blocks(
            total,
            Scratch.BLOCK,
            (index, begin, blockCount) -> {
              Scratch scratch = Scratch.local();
              float[] u = scratch.floats(0);
              float[][] in = new float[norms.length][];
              for (int at = 0; at < blockCount; at += Scratch.CHUNK) {
                int count = Math.min(Scratch.CHUNK, blockCount - at);
                for (int k = 0; k < in.length; k++) {
                  in[k] = scratch.floats(1 + k);
                  tensor.operands().get(k).read(begin + at, in[k], count);
                }
                units(in, count);
                read(begin + at, u, count);
                step.apply(in, u, count);
                Elements.write(held, u, count, direction, begin + at);
              }
            });
  }

  @Override
  public void close() {
    arena.close();
  }
}
