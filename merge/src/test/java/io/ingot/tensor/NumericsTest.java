package io.ingot.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Vector code against its plain twin, bit by bit; the generator against its published output. */
class NumericsTest {
  private static float[] nasty(int count) {
    Random random = new Random(7);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt());
    }
    float[] special = {
      0f,
      -0f,
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MAX_VALUE,
      0x1p-24f,
      0x1p-25f,
      65504f,
      65520f,
      1.00390625f,
      1.01171875f
    };
    System.arraycopy(special, 0, values, 0, special.length);
    return values;
  }

  @ParameterizedTest
  @EnumSource(Rounding.class)
  void roundingOfRunsIsRoundingOfElements(Rounding rounding) {
    float[] values = nasty(5003);
    float[] rounded = values.clone();
    Kernels.round(rounding, rounded, rounded.length);
    for (int i = 0; i < values.length; i++) {
      assertThat(Float.floatToIntBits(rounded[i]))
          .as("%s of %s", rounding, values[i])
          .isEqualTo(Float.floatToIntBits(rounding.apply(values[i])));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16", "F16", "F64"})
  void runsOfElementsAreSingleElements(DType dtype) {
    float[] values = nasty(5003);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate((long) values.length * dtype.bytes());
      Elements.write(dtype, values, values.length, data, 0);
      float[] back = new float[values.length];
      Elements.read(dtype, data, 0, back, values.length);
      Rounding rounding = Rounding.of(dtype);
      for (int i = 0; i < values.length; i++) {
        float wanted = rounding.apply(values[i]);
        assertThat(Float.floatToIntBits(back[i])).isEqualTo(Float.floatToIntBits(wanted));
        assertThat(Float.floatToIntBits((float) Elements.readOne(dtype, data, i)))
            .isEqualTo(Float.floatToIntBits(wanted));
      }
    }
  }

  @Test
  void eightBitFloats() {
    assertThat(Float8.fromE4M3((byte) 0x38)).isEqualTo(1f);
    assertThat(Float8.fromE4M3((byte) 0x7E)).isEqualTo(448f);
    assertThat(Float8.fromE4M3((byte) 0x7F)).isNaN();
    assertThat(Float8.fromE4M3((byte) 0x81)).isEqualTo(-0x1p-9f);
    assertThat(Float8.fromE5M2((byte) 0x3C)).isEqualTo(1f);
  }

  @Test
  void findsWhatIsNotFinite() {
    float[] values = new float[2000];
    assertThat(Kernels.firstNotFinite(values, values.length)).isEqualTo(-1);
    values[1717] = Float.NEGATIVE_INFINITY;
    assertThat(Kernels.firstNotFinite(values, values.length)).isEqualTo(1717);
  }

  @Test
  void generatorGivesThePublishedNumbers() {
    MersenneTwister generator = new MersenneTwister(5489);
    assertThat(Integer.toUnsignedLong(generator.next())).isEqualTo(3499211612L);
    generator.skip(9998);
    assertThat(Integer.toUnsignedLong(generator.next())).isEqualTo(4123659995L);
  }

  @Test
  void reservedDrawsAreTheSerialOnes() {
    long count = 3L * Scratch.BLOCK + 17;
    DrawStream stream = DrawStream.reserve(new MersenneTwister(3), count);
    MersenneTwister serial = new MersenneTwister(3);
    serial.skip(2L * Scratch.BLOCK + 5);
    assertThat(stream.at(2L * Scratch.BLOCK + 5).next()).isEqualTo(serial.next());
  }

  @Test
  void maskingAndAgreementAreThePlainOnes() {
    int count = 4096;
    Random random = new Random(11);
    long[] bits = random.longs(count / 64).toArray();
    float[] values = nasty(count);
    float[] majority = nasty(count);
    for (int i = 0; i < count; i++) {
      majority[i] = i % 5 == 0 ? -0f : i % 3 == 0 ? -1 : 1;
    }
    float[] masked = values.clone();
    Kernels.maskBits(masked, count, bits, 0);
    float[] sum = new float[count];
    float[] divisor = new float[count];
    Kernels.addAgreeing(sum, divisor, values, majority, 0.3f, count);
    for (int i = 0; i < count; i++) {
      float bit = bits[i / 64] >>> i & 1;
      assertThat(Float.floatToIntBits(masked[i])).isEqualTo(Float.floatToIntBits(values[i] * bit));
      float sign = majority[i] >= 0 ? 1 : -1;
      float agrees = Math.signum(values[i]) == sign ? 1 : 0;
      float wanted = 0f + values[i] * agrees;
      assertThat(Float.floatToIntBits(sum[i])).isEqualTo(Float.floatToIntBits(wanted));
      assertThat(divisor[i]).isEqualTo(0.3f * agrees);
    }
  }

  @Test
  void bitsBelowALimit() {
    int count = 4000;
    int[] keys = new Random(5).ints(count, 0, 50).toArray();
    long[] bits = new long[(count + 63) / 64];
    Kernels.belowBits(keys, count, 25, bits, 0);
    for (int i = 0; i < count; i++) {
      assertThat(bits[i / 64] >>> i & 1).isEqualTo(keys[i] < 25 ? 1 : 0);
    }
  }
}
