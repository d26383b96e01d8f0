/**
 * Dtypes, tensor descriptions and sources of tensors, whatever file they lie in. Nothing here knows
 * a model family.
 */
@NullMarked
package io.ingot.tensor;

import org.jspecify.annotations.NullMarked;
