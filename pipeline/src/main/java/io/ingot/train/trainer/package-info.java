/**
 * Fine-tuning: adapters, batches, learning rates, checkpoints and the loop that ties them. The
 * numbers match PEFT and TRL; a resumed training ends with the same bits as an uninterrupted one.
 */
@NullMarked
package io.ingot.train.trainer;

import org.jspecify.annotations.NullMarked;
