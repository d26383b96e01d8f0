/** Extracted adapters in the hands of PEFT. */
@NullMarked
package io.ingot.adapter.extract;

import org.jspecify.annotations.NullMarked;
