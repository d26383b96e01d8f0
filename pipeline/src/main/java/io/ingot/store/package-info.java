/** Content-addressed artifacts on disk, and the home folder they lie in. */
@NullMarked
package io.ingot.store;

import org.jspecify.annotations.NullMarked;
