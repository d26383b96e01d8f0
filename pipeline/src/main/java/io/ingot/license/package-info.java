/**
 * License catalog, evidence and verdicts. The license of every ancestor travels with the artifact.
 */
@NullMarked
package io.ingot.license;

import org.jspecify.annotations.NullMarked;
