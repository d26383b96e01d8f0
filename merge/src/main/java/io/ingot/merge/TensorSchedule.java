package io.ingot.merge;

import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.MergeMethods;
import io.ingot.merge.method.Operand;
import io.ingot.merge.method.TensorData;
import io.ingot.merge.method.TensorMerge;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors of a plan while it is made: loaded in the recipe's dtype, planned by its method,
 * copied where numbers have no meaning. Used by one thread.
 */
final class TensorSchedule {
  private final MergeMethod method;
  private final Optional<DType> loadType;
  private final Optional<DType> outType;
  private final boolean compatible;
  private final List<PlannedTensor> tensors = new ArrayList<>();

  TensorSchedule(Recipe recipe, boolean compatible) {
    this.method = MergeMethods.get(recipe.method());
    this.loadType = recipe.dtype().map(DType::parse);
    this.outType = recipe.outDtype().map(DType::parse);
    this.compatible = compatible;
  }

  MergeMethod method() {
    return method;
  }

  /** The dtype that the recipe wants to be written. */
  Optional<DType> wantedType() {
    return outType.or(() -> loadType);
  }

  /** Everything so far, in the order of work. */
  List<PlannedTensor> tensors() {
    return tensors.stream().sorted(Comparator.comparing(PlannedTensor::label)).toList();
  }

  Operand operand(ModelRef model, TensorData data, Map<String, Double> parameters) {
    DType stored = data.dtype();
    return new Operand(
        model, data, stored.isFloating() ? loadType.orElse(stored) : stored, parameters);
  }

  /**
   * Plans a tensor.
   *
   * @param label name of its source
   * @param fixed a dtype that no recipe changes
   * @throws io.ingot.error.IngotException when its operands cannot be merged
   */
  void add(String label, TensorMerge merge, Optional<DType> fixed, Findings findings) {
    boolean integers = merge.operands().stream().anyMatch(o -> !o.dtype().isFloating());
    if (integers || fixed.isPresent()) {
      addCopy(label, merge, fixed, findings);
      return;
    }
    method
        .plan(merge)
        .ifPresent(
            outcome ->
                tensors.add(
                    new PlannedTensor(
                        label,
                        merge,
                        Optional.of(method),
                        new TensorInfo(
                            merge.name(), outType.orElse(outcome.dtype()), outcome.shape()))));
  }

  /** Position ids and the like have no meaning as numbers: the base's, else the first's. */
  private void addCopy(String label, TensorMerge merge, Optional<DType> fixed, Findings findings) {
    Operand base = merge.base();
    Operand source = base == null ? merge.operands().getFirst() : base;
    if (fixed.isEmpty() && merge.operands().size() > 1) {
      findings.warn(
          source.model().toString(),
          merge.name(),
          "holds %s, which has no meaning as a number here".formatted(source.data().dtype()),
          "copied from this model, not merged; a quantized model must be merged before it is quantized");
    }
    copy(label, merge.name(), source.model(), source.data(), fixed.orElse(source.data().dtype()));
  }

  /** Copies a tensor, floating numbers in the dtype that the recipe wants. */
  void addAsItIs(String name, ModelRef model, TensorData data) {
    DType stored = data.dtype();
    copy(name, name, model, data, stored.isFloating() ? wantedType().orElse(stored) : stored);
  }

  private void copy(String label, String name, ModelRef model, TensorData data, DType type) {
    TensorMerge single =
        new TensorMerge(
            name,
            List.of(new Operand(model, data, type, Map.of())),
            Optional.empty(),
            false,
            false,
            compatible,
            Map.of(),
            warning -> {});
    tensors.add(
        new PlannedTensor(
            label, single, Optional.empty(), new TensorInfo(name, type, data.shape())));
  }
}
