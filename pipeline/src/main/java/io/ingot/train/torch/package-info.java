/**
 * The way to libtorch: TorchScript programs written as text, packed and loaded through DJL, and
 * tensors made from the bytes of model files. Nothing here knows a model.
 */
@NullMarked
package io.ingot.train.torch;

import org.jspecify.annotations.NullMarked;
