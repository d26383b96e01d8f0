/** The merge step: a recipe over the models of a job, and how it resolves their names. */
@NullMarked
package io.ingot.step.merge;

import org.jspecify.annotations.NullMarked;
