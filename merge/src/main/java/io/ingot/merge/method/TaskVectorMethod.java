package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Task arithmetic in general: out = base + lambda * sum w_i s(x_i - base), where s drops elements,
 * and of the weighted differences only those may count whose sign is that of their sum (consensus),
 * divided by the sum of the weights that count (normalize).
 */
abstract class TaskVectorMethod implements MergeMethod {
  private final String name;
  private final @Nullable Sparsifier sparsifier;
  private final boolean consensus;
  private final boolean normalize;
  private final boolean rescale;

  TaskVectorMethod(
      String name,
      @Nullable Sparsifier sparsifier,
      boolean consensus,
      boolean normalize,
      boolean rescale) {
    this.name = name;
    this.sparsifier = sparsifier;
    this.consensus = consensus;
    this.normalize = normalize;
    this.rescale = rescale;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final BaseRole baseRole() {
    return BaseRole.REQUIRED;
  }

  @Override
  public final List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>();
    all.add(Parameter.ofModel("weight", "factor of the model's difference from the base"));
    if (sparsifier != null) {
      all.add(Parameter.ofModel("density", 1.0, "share of the difference that is kept"));
      all.addAll(sparsifier.parameters());
    }
    all.add(Parameter.flag("normalize", normalize, "divide by the sum of the weights that count"));
    all.add(Parameter.flag("rescale", rescale, "restore the L1 norm of what was dropped from"));
    all.add(Parameter.number("lambda", 1.0, "factor of the whole difference"));
    all.add(Parameter.flag("int8_mask", false, "accepted for compatibility; has no effect"));
    return all;
  }

  @Override
  public final Optional<Outcome> plan(TensorMerge tensor) {
    Operand base = tensor.requireBase();
    List<Operand> kept = new ArrayList<>();
    for (Operand operand : tensor.operands()) {
      Operand fitting = operand == base ? base : fit(tensor, base, operand);
      if (fitting == null) {
        tensor.warn(
            "%s has shape %s, the base %s; the model is left out here"
                .formatted(operand.model(), operand.shape(), base.shape()));
        continue;
      }
      kept.add(fitting);
      if (operand != base && sparsifier != null) {
        sparsifier.check(tensor, fitting);
      }
    }
    tensor.replaceOperands(kept);
    return Optional.of(new Outcome(base.dtype(), base.shape()));
  }

  private static @Nullable Operand fit(TensorMerge tensor, Operand base, Operand operand) {
    if (operand.shape().equals(base.shape())) {
      return operand;
    }
    if (!tensor.embedding() || operand.shape().size() != 2 || base.shape().size() != 2) {
      return null;
    }
    long rows = base.shape().get(0);
    long columns = base.shape().get(1);
    if (operand.shape().get(0) < rows || operand.shape().get(1) < columns) {
      throw tensor.fail(
          "the base's embedding %s is larger than that of %s, %s; add a tokenizer section"
              .formatted(base.shape(), operand.model(), operand.shape()));
    }
    return operand.with(new CutTensor(operand.data(), rows, columns));
  }

  @Override
  public final long draws(TensorMerge tensor) {
    return sparsifier == null
        ? 0
        : tensor.others().stream().mapToLong(o -> sparsifier.draws(tensor, o)).sum();
  }

  @Override
  public final double scratchBytes(TensorMerge tensor) {
    if (sparsifier == null) {
      return 0;
    }
    // Selections of all models are kept; they are made one after the other.
    double kept = 0;
    double scratch = 0;
    for (Operand operand : tensor.others()) {
      kept += sparsifier.keptBytes(tensor, operand);
      scratch = Math.max(scratch, sparsifier.scratchBytes(tensor, operand));
    }
    return kept + scratch;
  }

  @Override
  public final void merge(TensorMerge tensor) {
    Operand base = tensor.requireBase();
    List<Operand> others = tensor.others();
    if (others.isEmpty()) {
      Copy.write(tensor, base, null);
      return;
    }
    Rounding rounding = Rounding.of(base.dtype());
    List<TaskVector> vectors = others.stream().map(o -> new TaskVector(base, o, rounding)).toList();
    Selection[] selections = select(tensor, vectors);
    float[] weights = new float[others.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = rounding.apply(others.get(i).number("weight"));
    }
    List<Operand> operands = new ArrayList<>(others);
    operands.add(base);
    Combination combination =
        new Combination(
            rounding,
            weights,
            consensus,
            tensor.flag("normalize"),
            (float) tensor.number("lambda"));
    Pass.write(
        tensor,
        operands,
        (in, out, count, position, temporaries) -> {
          float[] origin = in[in.length - 1];
          for (int i = 0; i < weights.length; i++) {
            float[] delta = in[i];
            vectors.get(i).subtract(delta, origin, count);
            selections[i].mask(delta, count, position);
            Float factor = selections[i].factor();
            if (factor != null) {
              Kernels.scale(delta, delta, factor, count);
              Kernels.round(rounding, delta, count);
            }
            Kernels.scale(delta, delta, weights[i], count);
            Kernels.round(rounding, delta, count);
          }
          combination.mix(in, out, count, temporaries);
          Kernels.add(out, origin, out, count);
          Kernels.round(rounding, out, count);
        });
  }

  private Selection[] select(TensorMerge tensor, List<TaskVector> vectors) {
    Selection[] selections = new Selection[vectors.size()];
    long draw = 0;
    for (int i = 0; i < selections.length; i++) {
      selections[i] =
          sparsifier == null
              ? Selection.ALL
              : sparsifier.select(tensor, vectors.get(i), tensor.flag("rescale"), draw);
      draw += sparsifier == null ? 0 : sparsifier.draws(tensor, vectors.get(i).model());
    }
    return selections;
  }
}
