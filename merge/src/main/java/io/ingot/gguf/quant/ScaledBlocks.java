package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;

/** What block types with half-precision scales share: where the scales lie in a block. */
abstract class ScaledBlocks implements BlockCodec {
  private final GgmlType type;
  private final int[] scales;

  /**
   * @param scales byte offsets of the half-precision scales and minima in a block
   */
  ScaledBlocks(GgmlType type, int... scales) {
    this.type = type;
    this.scales = scales;
  }

  @Override
  public final GgmlType type() {
    return type;
  }

  @Override
  public boolean isFinite(byte[] data, int at, int count) {
    int end = at + count / type.blockElements() * type.blockBytes();
    for (int block = at; block < end; block += type.blockBytes()) {
      for (int scale : scales) {
        if (!LittleEndian.isFiniteHalf(data, block + scale)) {
          return false;
        }
      }
    }
    return true;
  }
}
