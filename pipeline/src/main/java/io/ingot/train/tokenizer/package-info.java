/**
 * Text to token ids and back, by the Hugging Face tokenizers library. A folder of the Hub or the
 * metadata of a GGUF file is all it takes.
 */
@NullMarked
package io.ingot.train.tokenizer;

import org.jspecify.annotations.NullMarked;
