/**
 * Trains an adapter, or a whole model, on a dataset. One kind of step: its parameters and its work.
 */
@NullMarked
package io.ingot.step.finetune;

import org.jspecify.annotations.NullMarked;
