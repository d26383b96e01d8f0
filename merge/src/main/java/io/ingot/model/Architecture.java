package io.ingot.model;

import java.util.List;
import java.util.SequencedMap;

/**
 * The tensors of a family of models, by module; a model of text only has one, named {@code
 * default}.
 *
 * @param vocabularyKey dotted path of the vocabulary size in config.json
 * @param companions files that belong to a model beside its tokenizer
 */
public record Architecture(
    String name,
    String modelType,
    List<String> classes,
    String vocabularyKey,
    List<String> companions,
    SequencedMap<String, ArchitectureModule> modules) {}
