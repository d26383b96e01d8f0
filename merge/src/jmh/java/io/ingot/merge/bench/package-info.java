/**
 * Measures merges as users run them: whole processes on synthetic models of real shapes. Nothing
 * here is part of the build or of the product.
 */
@NullMarked
package io.ingot.merge.bench;

import org.jspecify.annotations.NullMarked;
