/** Picocli commands: parse, call, print. Nothing else. */
@NullMarked
package io.ingot.cli;

import org.jspecify.annotations.NullMarked;
