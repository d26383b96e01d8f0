package io.ingot.merge.tokenizer;

import io.ingot.merge.recipe.ModelRef;
import java.nio.file.Path;

/**
 * A model of a merge, as far as its tokenizer goes.
 *
 * @param rows vocabulary size of its configuration; tokens from this id on have no embedding
 * @param merged whether its weights take part, or it only gives its vocabulary or single rows
 */
public record VocabularyModel(ModelRef reference, Path folder, int rows, boolean merged) {}
