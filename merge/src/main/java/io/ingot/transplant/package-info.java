/**
 * Gives a model the tokenizer of another one: rows of tokens that both have are kept, the others
 * are composed of them as they are composed in the donor (arXiv 2506.06607). The rest of the model
 * stays as it is.
 */
@NullMarked
package io.ingot.transplant;

import org.jspecify.annotations.NullMarked;
