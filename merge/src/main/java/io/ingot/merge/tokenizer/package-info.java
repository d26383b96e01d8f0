/**
 * Merging of vocabularies: one tokenizer for all models of a merge, and the rows of embeddings in
 * its order.
 */
@NullMarked
package io.ingot.merge.tokenizer;

import org.jspecify.annotations.NullMarked;
