/**
 * Model cards: written from facts of the run alone, and linted. A section that has no facts is left
 * out; nothing is made up and no placeholder is written.
 */
@NullMarked
package io.ingot.card;

import org.jspecify.annotations.NullMarked;
