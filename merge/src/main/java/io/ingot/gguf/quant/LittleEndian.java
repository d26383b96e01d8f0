package io.ingot.gguf.quant;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in packed bytes. */
final class LittleEndian {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private LittleEndian() {}

  static float half(byte[] in, int at) {
    return Float.float16ToFloat((short) SHORT.get(in, at));
  }

  static void putHalf(byte[] out, int at, float value) {
    SHORT.set(out, at, Float.floatToFloat16(value));
  }

  static short int16(byte[] in, int at) {
    return (short) SHORT.get(in, at);
  }

  static int uint16(byte[] in, int at) {
    return (short) SHORT.get(in, at) & 0xffff;
  }

  static void putInt16(byte[] out, int at, int value) {
    SHORT.set(out, at, (short) value);
  }

  static int int32(byte[] in, int at) {
    return (int) INT.get(in, at);
  }

  static void putInt32(byte[] out, int at, int value) {
    INT.set(out, at, value);
  }

  static float float32(byte[] in, int at) {
    return (float) FLOAT.get(in, at);
  }

  static void putFloat32(byte[] out, int at, float value) {
    FLOAT.set(out, at, value);
  }

  static boolean isFiniteHalf(byte[] in, int at) {
    return ((short) SHORT.get(in, at) & 0x7c00) != 0x7c00;
  }
}
