/**
 * Rotary position embeddings: one record per {@code rope_type} of transformers, found by name in
 * {@link io.ingot.train.decoder.rotary.RotaryTypes}.
 */
@NullMarked
package io.ingot.train.decoder.rotary;

import org.jspecify.annotations.NullMarked;
