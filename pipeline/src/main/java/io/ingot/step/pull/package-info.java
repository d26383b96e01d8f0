/**
 * The step that brings a model or dataset into reach: from a Hub through the shared cache, or from
 * a folder. Its artifact links to the real files.
 */
@NullMarked
package io.ingot.step.pull;

import org.jspecify.annotations.NullMarked;
