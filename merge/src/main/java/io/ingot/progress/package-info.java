/**
 * How long work says how far it is, and is told to stop. Rooms report and ask; the command line
 * draws.
 */
@NullMarked
package io.ingot.progress;

import org.jspecify.annotations.NullMarked;
