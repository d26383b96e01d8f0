/**
 * The job file: a closed grammar read with positions, so that every mistake is shown at its place,
 * all at once. Nothing here touches the network.
 */
@NullMarked
package io.ingot.job;

import org.jspecify.annotations.NullMarked;
