/**
 * Merging of models: a plan made of a recipe and of headers alone, and its execution as a stream
 * over tensors. Behaves as mergekit does where that is sane, and exactly so on request.
 */
@NullMarked
package io.ingot.merge;

import org.jspecify.annotations.NullMarked;
