@NullMarked
package io.ingot.store;

import org.jspecify.annotations.NullMarked;
