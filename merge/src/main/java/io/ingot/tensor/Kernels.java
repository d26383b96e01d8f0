package io.ingot.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over the first {@code count} elements of arrays, vectorized across elements only: no sum is
 * ever reordered, so the bits are those of the plain loops. Loops that the compiler vectorizes by
 * itself are plain; the others have a plain twin that also does the tail. No vector is passed
 * between methods: the compiler would put it on the heap where it does not inline them.
 */
public final class Kernels {
  /** Shorter runs take the plain loop: the vector code is not worth its warm-up there. */
  static final int VECTOR_FROM = 512;

  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

  /** As many shorts as there are integers in a vector. */
  private static final VectorSpecies<Short> S =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, I.vectorBitSize() / 2)));

  private static final boolean HALVES = S.length() == I.length();

  private Kernels() {}

  /** {@code y[i] += s * x[i]}, fused: one rounding each, as matrix products on CPUs do it. */
  public static void addScaled(float[] y, float s, float[] x, int xOffset, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      for (; i <= count - F.length(); i += F.length()) {
        FloatVector.fromArray(F, x, xOffset + i)
            .fma(FloatVector.broadcast(F, s), FloatVector.fromArray(F, y, i))
            .intoArray(y, i);
      }
    }
    for (; i < count; i++) {
      y[i] = Math.fma(s, x[xOffset + i], y[i]);
    }
  }

  /** {@code out = a * s}. */
  public static void scale(float[] out, float[] a, float s, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] * s;
    }
  }

  /** {@code out = a / s}. */
  public static void divide(float[] out, float[] a, float s, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] / s;
    }
  }

  /** {@code out = a / b}. */
  public static void divide(float[] out, float[] a, float[] b, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] / b[i];
    }
  }

  /** {@code out = a + b}. */
  public static void add(float[] out, float[] a, float[] b, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] + b[i];
    }
  }

  /** {@code out = a - b}. */
  public static void subtract(float[] out, float[] a, float[] b, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] - b[i];
    }
  }

  /** {@code out = a * b}. */
  public static void multiply(float[] out, float[] a, float[] b, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] * b[i];
    }
  }

  /** {@code sum[i] += x[i]}. */
  public static void add(double[] sum, float[] x, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += x[i];
    }
  }

  /** {@code a[i] /= s}. */
  public static void divide(double[] a, double s, int count) {
    for (int i = 0; i < count; i++) {
      a[i] /= s;
    }
  }

  /** {@code sum[i] += (x[i] - mean[i])^2}. */
  public static void addSquaredDistance(double[] sum, float[] x, double[] mean, int count) {
    for (int i = 0; i < count; i++) {
      double distance = x[i] - mean[i];
      sum[i] += distance * distance;
    }
  }

  /** {@code out[i] = a[i]}, rounded to float32. */
  public static void narrow(float[] out, double[] a, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = (float) a[i];
    }
  }

  /** Rounds every element into the format. */
  public static void round(Rounding rounding, float[] a, int count) {
    switch (rounding) {
      case F32 -> {}
      case BF16 -> roundBf16(a, count);
      case F16 -> roundF16(a, count);
    }
  }

  private static void roundBf16(float[] a, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      for (; i <= count - F.length(); i += F.length()) {
        FloatVector x = FloatVector.fromArray(F, a, i);
        VectorMask<Integer> nan = x.test(VectorOperators.IS_NAN).cast(I);
        IntVector bits = x.reinterpretAsInts();
        bits.add(bits.lanewise(VectorOperators.LSHR, 16).and(1).add(0x7FFF))
            .and(0xFFFF0000)
            .blend(0x7FC00000, nan)
            .reinterpretAsFloats()
            .intoArray(a, i);
      }
    }
    for (; i < count; i++) {
      a[i] = BFloat16.round(a[i]);
    }
  }

  private static void roundF16(float[] a, int count) {
    for (int i = 0; i < count; i++) {
      a[i] = Float.float16ToFloat(Float.floatToFloat16(a[i]));
    }
  }

  /** {@code out[offset + i]} is the value of a bfloat16. */
  static void decodeBf16(short[] bits, float[] out, int offset, int count) {
    int i = 0;
    if (HALVES && count >= VECTOR_FROM) {
      for (; i <= count - I.length(); i += I.length()) {
        ShortVector.fromArray(S, bits, i)
            .convertShape(VectorOperators.S2I, I, 0)
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, 16)
            .reinterpretAsFloats()
            .intoArray(out, offset + i);
      }
    }
    for (; i < count; i++) {
      out[offset + i] = BFloat16.toFloat(bits[i]);
    }
  }

  /** The bfloat16 nearest to {@code in[offset + i]}, ties to even. */
  static void encodeBf16(float[] in, int offset, short[] bits, int count) {
    int i = 0;
    if (HALVES && count >= VECTOR_FROM) {
      for (; i <= count - I.length(); i += I.length()) {
        FloatVector x = FloatVector.fromArray(F, in, offset + i);
        VectorMask<Integer> nan = x.test(VectorOperators.IS_NAN).cast(I);
        IntVector wide = x.reinterpretAsInts();
        IntVector rounded =
            wide.add(wide.lanewise(VectorOperators.LSHR, 16).and(1).add(0x7FFF))
                .lanewise(VectorOperators.LSHR, 16)
                .blend(0x7FC0, nan);
        ((ShortVector) rounded.convertShape(VectorOperators.I2S, S, 0)).intoArray(bits, i);
      }
    }
    for (; i < count; i++) {
      bits[i] = BFloat16.fromFloat(in[offset + i]);
    }
  }

  /** Position of the first NaN or infinity among {@code count} elements; -1 when all are finite. */
  public static int firstNotFinite(float[] values, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      for (; i <= count - F.length(); i += F.length()) {
        if (!FloatVector.fromArray(F, values, i).test(VectorOperators.IS_FINITE).allTrue()) {
          break;
        }
      }
    }
    for (; i < count; i++) {
      if (!Float.isFinite(values[i])) {
        return i;
      }
    }
    return -1;
  }

  /**
   * {@code a[i] *= bit(position + i)}: what is dropped becomes a zero of its sign. Bits lie 64 to a
   * long, the lowest first.
   */
  public static void maskBits(float[] a, int count, long[] bits, long position) {
    int i = 0;
    if (count >= VECTOR_FROM && position % 64 == 0) {
      for (; i <= count - F.length(); i += F.length()) {
        long at = position + i;
        VectorMask<Float> kept = VectorMask.fromLong(F, bits[(int) (at >>> 6)] >>> (at & 63));
        FloatVector x = FloatVector.fromArray(F, a, i);
        x.mul(0f, kept.not()).intoArray(a, i);
      }
    }
    for (; i < count; i++) {
      long at = position + i;
      a[i] *= bits[(int) (at >>> 6)] >>> at & 1;
    }
  }

  /**
   * Adds those elements of {@code delta} to {@code sum} whose sign is that of {@code majority}
   * (zero counts as positive), and their weight to {@code divisor}. The others are added times
   * zero, which is NaN for NaN and infinity.
   */
  public static void addAgreeing(
      float[] sum, float[] divisor, float[] delta, float[] majority, float weight, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      FloatVector w = FloatVector.broadcast(F, weight);
      for (; i <= count - F.length(); i += F.length()) {
        FloatVector d = FloatVector.fromArray(F, delta, i);
        VectorMask<Float> positive =
            FloatVector.fromArray(F, majority, i).compare(VectorOperators.GE, 0f);
        VectorMask<Float> agrees =
            d.compare(VectorOperators.GT, 0f)
                .and(positive)
                .or(d.compare(VectorOperators.LT, 0f).andNot(positive));
        FloatVector.fromArray(F, sum, i).add(d.mul(0f, agrees.not())).intoArray(sum, i);
        FloatVector.fromArray(F, divisor, i).add(w, agrees).intoArray(divisor, i);
      }
    }
    for (; i < count; i++) {
      float d = delta[i];
      boolean agrees = majority[i] >= 0 ? d > 0 : d < 0;
      sum[i] += agrees ? d : d * 0f;
      divisor[i] += agrees ? weight : 0;
    }
  }

  /** {@code out = weight} where the sign of {@code delta} is that of {@code majority}, else 0. */
  public static void agreement(
      float[] out, float[] delta, float[] majority, float weight, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      FloatVector zero = FloatVector.zero(F);
      FloatVector w = FloatVector.broadcast(F, weight);
      for (; i <= count - F.length(); i += F.length()) {
        FloatVector d = FloatVector.fromArray(F, delta, i);
        VectorMask<Float> positive =
            FloatVector.fromArray(F, majority, i).compare(VectorOperators.GE, 0f);
        VectorMask<Float> agrees =
            d.compare(VectorOperators.GT, 0f)
                .and(positive)
                .or(d.compare(VectorOperators.LT, 0f).andNot(positive));
        zero.blend(w, agrees).intoArray(out, i);
      }
    }
    for (; i < count; i++) {
      boolean agrees = majority[i] >= 0 ? delta[i] > 0 : delta[i] < 0;
      out[i] = agrees ? weight : 0;
    }
  }

  /** Adds 1 where {@code |x| > epsilon}. */
  public static void countActive(float[] counts, float[] x, float epsilon, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      for (; i <= count - F.length(); i += F.length()) {
        VectorMask<Float> active =
            FloatVector.fromArray(F, x, i).abs().compare(VectorOperators.GT, epsilon);
        FloatVector.fromArray(F, counts, i).add(1f, active).intoArray(counts, i);
      }
    }
    for (; i < count; i++) {
      counts[i] += Math.abs(x[i]) > epsilon ? 1 : 0;
    }
  }

  /** {@code sum += part} where {@code |x| > epsilon}. */
  public static void addActive(float[] sum, float[] part, float[] x, float epsilon, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      for (; i <= count - F.length(); i += F.length()) {
        VectorMask<Float> active =
            FloatVector.fromArray(F, x, i).abs().compare(VectorOperators.GT, epsilon);
        FloatVector.fromArray(F, sum, i)
            .add(FloatVector.fromArray(F, part, i), active)
            .intoArray(sum, i);
      }
    }
    for (; i < count; i++) {
      sum[i] += Math.abs(x[i]) > epsilon ? part[i] : 0;
    }
  }

  /** {@code a *= factor} where {@code chosen == value}. */
  public static void scaleWhere(float[] a, float[] chosen, float value, float factor, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      for (; i <= count - F.length(); i += F.length()) {
        VectorMask<Float> here =
            FloatVector.fromArray(F, chosen, i).compare(VectorOperators.EQ, value);
        FloatVector.fromArray(F, a, i).mul(factor, here).intoArray(a, i);
      }
    }
    for (; i < count; i++) {
      a[i] = chosen[i] == value ? a[i] * factor : a[i];
    }
  }

  /** {@code a = max(a, floor)}, NaN staying NaN. */
  public static void atLeast(float[] a, float floor, int count) {
    for (int i = 0; i < count; i++) {
      a[i] = Math.max(a[i], floor);
    }
  }

  /** {@code a = 1} where it is at least {@code edge}, else 0. */
  public static void step(float[] a, float edge, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      FloatVector zero = FloatVector.zero(F);
      for (; i <= count - F.length(); i += F.length()) {
        zero.blend(1f, FloatVector.fromArray(F, a, i).compare(VectorOperators.GE, edge))
            .intoArray(a, i);
      }
    }
    for (; i < count; i++) {
      a[i] = a[i] >= edge ? 1 : 0;
    }
  }

  /** The greatest element; NaN when there is one, negative infinity when there is none. */
  public static float greatest(float[] a, int count) {
    float greatest = Float.NEGATIVE_INFINITY;
    int i = 0;
    if (count >= VECTOR_FROM) {
      FloatVector most = FloatVector.broadcast(F, greatest);
      for (; i <= count - F.length(); i += F.length()) {
        most = most.max(FloatVector.fromArray(F, a, i));
      }
      greatest = most.reduceLanes(VectorOperators.MAX);
    }
    for (; i < count; i++) {
      greatest = Math.max(greatest, a[i]);
    }
    return greatest;
  }

  /** Makes zeros, of either sign, ones. */
  public static void oneForZero(float[] a, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      for (; i <= count - F.length(); i += F.length()) {
        FloatVector x = FloatVector.fromArray(F, a, i);
        x.blend(1f, x.compare(VectorOperators.EQ, 0f)).intoArray(a, i);
      }
    }
    for (; i < count; i++) {
      a[i] = a[i] == 0 ? 1 : a[i];
    }
  }

  /**
   * Keys of magnitudes: the bits of |x|, NaN above all; or {@code 0x7FFFFFFF} minus that, so that
   * the largest come first.
   */
  public static void keys(float[] x, int[] keys, int count, boolean descending) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      int flip = descending ? 0x7FFFFFFF : 0;
      for (; i <= count - F.length(); i += F.length()) {
        FloatVector.fromArray(F, x, i)
            .reinterpretAsInts()
            .and(0x7FFFFFFF)
            .min(0x7FC00000)
            .lanewise(VectorOperators.XOR, flip)
            .intoArray(keys, i);
      }
    }
    for (; i < count; i++) {
      int key = Math.min(Float.floatToRawIntBits(x[i]) & 0x7FFFFFFF, 0x7FC00000);
      keys[i] = descending ? 0x7FFFFFFF - key : key;
    }
  }

  /**
   * Sets the bits of keys below a limit, 64 to a word. The keys are not negative.
   *
   * @param word index of the word of the first key
   */
  public static void belowBits(int[] keys, int count, int limit, long[] bits, int word) {
    int i = 0;
    int at = word;
    if (count >= VECTOR_FROM) {
      IntVector pivot = IntVector.broadcast(I, limit);
      for (; i <= count - 64; i += 64) {
        long below = 0;
        for (int j = 0; j < 64; j += I.length()) {
          below |=
              IntVector.fromArray(I, keys, i + j).compare(VectorOperators.LT, pivot).toLong() << j;
        }
        bits[at++] = below;
      }
    }
    for (; i < count; i += 64) {
      long below = 0;
      int end = Math.min(64, count - i);
      for (int j = 0; j < end; j++) {
        below |= (long) (keys[i + j] - limit >>> 31) << j;
      }
      bits[at++] = below;
    }
  }

  /**
   * Gives a bit to each key that is below its own limit, 64 to a word. Neither is negative.
   *
   * @param keyOffset of the first key
   * @param limitOffset of the first limit
   */
  public static void belowBits(
      int[] keys, int keyOffset, int[] limits, int limitOffset, int count, long[] bits, int word) {
    int i = 0;
    int at = word;
    if (count >= VECTOR_FROM) {
      for (; i <= count - 64; i += 64) {
        long below = 0;
        for (int j = 0; j < 64; j += I.length()) {
          below |=
              IntVector.fromArray(I, keys, keyOffset + i + j)
                      .compare(
                          VectorOperators.LT, IntVector.fromArray(I, limits, limitOffset + i + j))
                      .toLong()
                  << j;
        }
        bits[at++] = below;
      }
    }
    for (; i < count; i += 64) {
      long below = 0;
      int end = Math.min(64, count - i);
      for (int j = 0; j < end; j++) {
        below |= (long) (keys[keyOffset + i + j] - limits[limitOffset + i + j] >>> 31) << j;
      }
      bits[at++] = below;
    }
  }

  /**
   * Puts the sign bit and its index, counted from {@code first}, in the place of every such key.
   */
  public static void indexKeys(int[] keys, int count, int key, int first) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      IntVector wanted = IntVector.broadcast(I, key);
      IntVector index = IntVector.broadcast(I, first).addIndex(1).or(0x80000000);
      for (; i <= count - I.length(); i += I.length()) {
        IntVector k = IntVector.fromArray(I, keys, i);
        k.blend(index, k.compare(VectorOperators.EQ, wanted)).intoArray(keys, i);
        index = index.add(I.length());
      }
    }
    for (; i < count; i++) {
      keys[i] = keys[i] == key ? 0x80000000 | first + i : keys[i];
    }
  }
}
