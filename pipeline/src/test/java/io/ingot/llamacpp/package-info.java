/** The real llama.cpp as a client of our files, in a process of its own. For tests. */
@NullMarked
package io.ingot.llamacpp;

import org.jspecify.annotations.NullMarked;
