/**
 * Decoders: from config.json to a compiled program with weights, which scores, generates and yields
 * gradients. A family is one program text in the resources and one line in {@link
 * io.ingot.train.decoder.DecoderFamily}.
 */
@NullMarked
package io.ingot.train.decoder;

import org.jspecify.annotations.NullMarked;
