/**
 * Dense linear algebra on float32 matrices that may be larger than memory allows to hold: blocked
 * products, and the singular value decomposition cut off at a rank. Results do not depend on the
 * number of threads.
 */
@NullMarked
package io.ingot.linear;

import org.jspecify.annotations.NullMarked;
