/**
 * The durable engine: runs, steps, claims, leases and fences as rows. It knows no step kind and
 * needs nothing but JDBC.
 */
@NullMarked
package io.ingot.run;

import org.jspecify.annotations.NullMarked;
