/** Training and inference on DJL's PyTorch engine. The only room that imports DJL. */
@NullMarked
package io.ingot.train;

import org.jspecify.annotations.NullMarked;
