/**
 * The contract of a step: a function from inputs (by digest) and parameters to an output folder.
 * One package below holds one kind of step.
 */
@NullMarked
package io.ingot.step;

import org.jspecify.annotations.NullMarked;
