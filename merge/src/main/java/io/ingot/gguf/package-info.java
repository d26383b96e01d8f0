/**
 * The GGUF format, version 3: bounded reader, exact writer, and a model view of a file. Conversion,
 * block types and type mixes live in the packages below, one class per family, type or rule set.
 */
@NullMarked
package io.ingot.gguf;

import org.jspecify.annotations.NullMarked;
