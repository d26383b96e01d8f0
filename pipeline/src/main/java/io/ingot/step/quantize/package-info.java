/** Writes a model as GGUF files. One kind of step: its parameters and its work. */
@NullMarked
package io.ingot.step.quantize;

import org.jspecify.annotations.NullMarked;
