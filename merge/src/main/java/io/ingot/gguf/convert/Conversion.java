package io.ingot.gguf.convert;

import io.ingot.gguf.GgufOutput;

/**
 * A converted model, ready to be written; tensor data is read and encoded only then, so the model
 * must stay open.
 *
 * @param outType what was chosen, never AUTO
 * @param fileName the conventional name, without shard numbers
 */
public record Conversion(GgufOutput output, OutType outType, String fileName) {}
