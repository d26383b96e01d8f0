/**
 * Writes the card and everything that travels beside the weights: license texts, notices, recipe,
 * evaluation, bill of materials.
 */
@NullMarked
package io.ingot.step.card;

import org.jspecify.annotations.NullMarked;
