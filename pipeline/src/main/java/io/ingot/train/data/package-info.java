/**
 * Datasets: formats of rows, what of them is trained, and how they become tokens. What the trainer
 * is fed is made here alone.
 */
@NullMarked
package io.ingot.train.data;

import org.jspecify.annotations.NullMarked;
