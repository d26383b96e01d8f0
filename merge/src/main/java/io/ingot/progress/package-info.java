/** How long work says how far it is. Rooms report; the command line draws. */
@NullMarked
package io.ingot.progress;

import org.jspecify.annotations.NullMarked;
