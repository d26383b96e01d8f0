/** Waits for a person to approve exactly what will be published. */
@NullMarked
package io.ingot.step.review;

import org.jspecify.annotations.NullMarked;
