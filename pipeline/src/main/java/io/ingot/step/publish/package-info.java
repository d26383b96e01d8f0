/**
 * Uploads a reviewed artifact, or writes it to a folder. One kind of step: its parameters and its
 * work.
 */
@NullMarked
package io.ingot.step.publish;

import org.jspecify.annotations.NullMarked;
