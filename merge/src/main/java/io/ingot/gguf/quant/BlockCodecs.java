package io.ingot.gguf.quant;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgmlType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All block types by their name. */
public final class BlockCodecs {
  private static final Map<GgmlType, BlockCodec> CODECS = new EnumMap<>(GgmlType.class);

  static {
    List<BlockCodec> all =
        List.of(
            new PlainF32(),
            new PlainF16(),
            new PlainBf16(),
            new LegacySymmetric(GgmlType.Q4_0, false),
            new LegacyAffine(GgmlType.Q4_1, false),
            new LegacySymmetric(GgmlType.Q5_0, true),
            new LegacyAffine(GgmlType.Q5_1, true),
            new Q8Zero(),
            new Q2K(),
            new Q3K(),
            new SuperBlockAffine(GgmlType.Q4_K, false),
            new SuperBlockAffine(GgmlType.Q5_K, true),
            new Q6K(),
            new Iq1S(),
            new Iq1M(),
            new Iq2Xxs(),
            new Iq2Xs(),
            new Iq2S(),
            new Iq3Xxs(),
            new Iq3S(),
            new Iq4Nl(),
            new Iq4Xs(),
            new Tq1Zero(),
            new Tq2Zero(),
            new Mxfp4(),
            new Nvfp4(),
            new Q1Zero(),
            new Q2Zero());
    for (BlockCodec codec : all) {
      CODECS.put(codec.type(), codec);
    }
  }

  private BlockCodecs() {}

  public static Optional<BlockCodec> find(GgmlType type) {
    return Optional.ofNullable(CODECS.get(type));
  }

  /**
   * The codec of a type.
   *
   * @throws IngotException (invalid) for types that hold no numbers of a model, naming the known
   */
  public static BlockCodec of(GgmlType type) {
    BlockCodec codec = CODECS.get(type);
    if (codec == null) {
      throw IngotException.invalid(
          "tensors of type " + type + " cannot be read or written; possible: " + CODECS.keySet());
    }
    return codec;
  }
}
