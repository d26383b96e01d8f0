/** Adapters in training, and their files in PEFT's format. */
@NullMarked
package io.ingot.train.adapter;

import org.jspecify.annotations.NullMarked;
