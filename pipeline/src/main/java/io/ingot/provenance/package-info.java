/**
 * Machine-readable provenance: a CycloneDX bill of materials and an in-toto statement with an SLSA
 * predicate. Both are functions of the facts, without times or names of machines.
 */
@NullMarked
package io.ingot.provenance;

import org.jspecify.annotations.NullMarked;
