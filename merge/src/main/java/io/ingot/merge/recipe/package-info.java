/**
 * The recipe file of a merge, in mergekit's grammar: values, the reader with positions, and how a
 * setting is evaluated for a tensor.
 */
@NullMarked
package io.ingot.merge.recipe;

import org.jspecify.annotations.NullMarked;
