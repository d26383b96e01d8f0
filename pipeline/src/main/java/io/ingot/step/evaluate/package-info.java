/**
 * Measures models on suites and holds them against gates. One kind of step: its parameters and its
 * work.
 */
@NullMarked
package io.ingot.step.evaluate;

import org.jspecify.annotations.NullMarked;
