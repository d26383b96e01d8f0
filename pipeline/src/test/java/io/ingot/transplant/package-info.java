/** Transplants against numpy. */
@NullMarked
package io.ingot.transplant;

import org.jspecify.annotations.NullMarked;
