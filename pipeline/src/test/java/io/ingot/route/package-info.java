@NullMarked
package io.ingot.route;

import org.jspecify.annotations.NullMarked;
