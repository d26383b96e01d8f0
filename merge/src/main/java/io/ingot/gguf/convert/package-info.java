/**
 * Conversion of model folders of the Hub to GGUF, as convert_hf_to_gguf.py of llama.cpp 0.5.0 does
 * it: tensors, metadata and tokenizer, byte for byte. One small class per model family.
 */
@NullMarked
package io.ingot.gguf.convert;

import org.jspecify.annotations.NullMarked;
