/**
 * Quantization of whole models: which tensor gets which type (the mixes of llama-quantize), the
 * importance matrix, and the plan that a writer carries out.
 */
@NullMarked
package io.ingot.gguf.mix;

import org.jspecify.annotations.NullMarked;
