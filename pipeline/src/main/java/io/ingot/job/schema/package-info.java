/**
 * The grammar as a value, made by reflection from the records that hold it. The validator and the
 * published JSON schema are two readings of it.
 */
@NullMarked
package io.ingot.job.schema;

import org.jspecify.annotations.NullMarked;
