/** Singular values against numpy's. */
@NullMarked
package io.ingot.linear;

import org.jspecify.annotations.NullMarked;
