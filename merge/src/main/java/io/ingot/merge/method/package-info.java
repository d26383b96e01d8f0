/**
 * Merge methods, one class each, and what they are made of: operands, blockwise passes, reductions,
 * sparsifiers. Methods are found by {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.ingot.merge.method;

import org.jspecify.annotations.NullMarked;
