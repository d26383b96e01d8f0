/**
 * How a claimed step is carried out: in this process or in a child JVM, with its log, its progress
 * and its artifact. What it decides is written through {@link io.ingot.run}.
 */
@NullMarked
package io.ingot.step.exec;

import org.jspecify.annotations.NullMarked;
