/**
 * Looks at the machine and says what would go wrong later: one small check per thing that a run
 * needs. Nothing is changed.
 */
@NullMarked
package io.ingot.doctor;

import org.jspecify.annotations.NullMarked;
