/** Measures of a language model: exact match, perplexity, divergence from another model. */
@NullMarked
package io.ingot.train.evaluate;

import org.jspecify.annotations.NullMarked;
