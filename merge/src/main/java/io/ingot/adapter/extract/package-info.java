/**
 * Makes a PEFT adapter out of a fine-tuned model and its base: the difference of each linear
 * module, cut off at a rank by singular value decomposition. Everything that can be wrong is found
 * from headers, before the first weight is read.
 */
@NullMarked
package io.ingot.adapter.extract;

import org.jspecify.annotations.NullMarked;
