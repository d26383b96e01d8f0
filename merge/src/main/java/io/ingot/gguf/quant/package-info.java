/**
 * The block types of ggml, one class each: quantization exactly as the reference build of llama.cpp
 * does it (x86-64, no fused multiply-add), and dequantization. {@link
 * io.ingot.gguf.quant.BlockCodecs} finds them by type.
 */
@NullMarked
package io.ingot.gguf.quant;

import org.jspecify.annotations.NullMarked;
