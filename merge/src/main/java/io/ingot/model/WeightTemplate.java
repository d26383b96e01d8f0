package io.ingot.model;

import io.ingot.tensor.DType;
import java.util.List;
import java.util.Optional;

/**
 * A tensor of an architecture, its layer number filled in.
 *
 * @param name under which it is written
 * @param embedding whether rows belong to tokens
 * @param optional whether models may lack it
 * @param aliases other names it may have in a checkpoint
 * @param tied tensors that stand for it when it is not stored
 * @param dtype a dtype that no recipe changes
 */
public record WeightTemplate(
    String name,
    boolean embedding,
    boolean optional,
    List<String> aliases,
    List<String> tied,
    Optional<DType> dtype) {}
