@NullMarked
package io.ingot.run;

import org.jspecify.annotations.NullMarked;
