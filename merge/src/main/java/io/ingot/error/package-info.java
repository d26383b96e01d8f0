/**
 * The one exception that carries a message for the user, and the categories that decide the exit
 * code. Every room throws it; the command line alone turns it into text and a number.
 */
@NullMarked
package io.ingot.error;

import org.jspecify.annotations.NullMarked;
