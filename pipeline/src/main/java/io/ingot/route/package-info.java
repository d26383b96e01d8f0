/**
 * All Camel code: the flows between doorbells, workers, sweeper and notifications, and the
 * application that holds them together. Routes only say from where to where; classes of the other
 * rooms do the work.
 */
@NullMarked
package io.ingot.route;

import org.jspecify.annotations.NullMarked;
