@NullMarked
package io.ingot.step.exec;

import org.jspecify.annotations.NullMarked;
