package io.ingot.merge.method;

import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.tensor.DType;
import io.ingot.tensor.DrawStream;
import io.ingot.tensor.Parallel;
import io.ingot.tensor.Spill;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One tensor to be merged: the operands in the order of the recipe and everything a method may want
 * to know. Planned by one thread, then merged by one or more.
 */
public final class TensorMerge {
  private final String name;
  private final Optional<ModelRef> baseModel;
  private final boolean embedding;
  private final boolean optional;
  private final boolean compatible;
  private final Map<String, Double> parameters;
  private final Consumer<String> warnings;
  private List<Operand> operands;
  private @Nullable Execution execution;

  /** What exists only while data flows. */
  public record Execution(TensorOutput output, Parallel parallel, DrawStream draws, Spill spill) {}

  /**
   * @param baseModel the base of this tensor, whether or not it has the tensor
   * @param embedding whether rows belong to tokens
   * @param optional whether models may lack the tensor
   * @param compatible whether mergekit's oddities are wanted
   * @param parameters of the method, evaluated for this tensor
   */
  public TensorMerge(
      String name,
      List<Operand> operands,
      Optional<ModelRef> baseModel,
      boolean embedding,
      boolean optional,
      boolean compatible,
      Map<String, Double> parameters,
      Consumer<String> warnings) {
    this.name = name;
    this.operands = List.copyOf(operands);
    this.baseModel = baseModel;
    this.embedding = embedding;
    this.optional = optional;
    this.compatible = compatible;
    this.parameters = parameters;
    this.warnings = warnings;
  }

  public String name() {
    return name;
  }

  public boolean embedding() {
    return embedding;
  }

  public boolean optional() {
    return optional;
  }

  public boolean compatible() {
    return compatible;
  }

  /** All operands, in the order of the recipe. */
  public List<Operand> operands() {
    return operands;
  }

  /** The base's operand; null without a base or when it lacks the tensor. */
  public @Nullable Operand base() {
    return operands.stream()
        .filter(o -> baseModel.isPresent() && o.model().equals(baseModel.get()))
        .findFirst()
        .orElse(null);
  }

  /** The base's operand, which must be there. */
  public Operand requireBase() {
    Operand base = base();
    if (base == null) {
      throw fail(
          baseModel.isEmpty()
              ? "this method needs a base_model"
              : "the base model " + baseModel.get() + " does not have this tensor");
    }
    return base;
  }

  public boolean hasBaseModel() {
    return baseModel.isPresent();
  }

  /** All operands but the base's. */
  public List<Operand> others() {
    Operand base = base();
    return operands.stream().filter(o -> o != base).toList();
  }

  /** A parameter of the method. */
  public double number(String parameter) {
    Double value = parameters.get(parameter);
    if (value == null) {
      throw new IllegalStateException("no parameter " + parameter);
    }
    return value;
  }

  public boolean flag(String parameter) {
    return number(parameter) != 0;
  }

  /** Cuts embeddings to the rows and columns that all have, when all are matrices. */
  void cutEmbeddings() {
    if (!embedding || operands.stream().anyMatch(o -> o.shape().size() != 2)) {
      return;
    }
    long rows = operands.stream().mapToLong(o -> o.shape().get(0)).min().orElse(0);
    long columns = operands.stream().mapToLong(o -> o.shape().get(1)).min().orElse(0);
    List<Operand> cut = new ArrayList<>();
    for (Operand operand : operands) {
      boolean same = operand.shape().equals(List.of(rows, columns));
      if (!same) {
        warn(
            "%s has shape %s and is cut to [%d, %d]"
                .formatted(operand.model(), operand.shape(), rows, columns));
      }
      cut.add(same ? operand : operand.with(new CutTensor(operand.data(), rows, columns)));
    }
    operands = List.copyOf(cut);
  }

  /** Replaces the operands, in the same order. */
  void replaceOperands(List<Operand> replaced) {
    operands = List.copyOf(replaced);
  }

  /** The shape of all operands, which must be one. */
  List<Long> commonShape() {
    List<Long> shape = operands.getFirst().shape();
    for (Operand operand : operands) {
      if (!operand.shape().equals(shape)) {
        throw fail(
            "shapes differ: %s has %s, %s has %s"
                .formatted(operands.getFirst().model(), shape, operand.model(), operand.shape()));
      }
    }
    return shape;
  }

  /** The dtype that torch promotes all operands to. */
  DType commonType() {
    return operands.stream().map(Operand::dtype).reduce(TensorMerge::promote).orElseThrow();
  }

  static DType promote(DType a, DType b) {
    if (a == b) {
      return a;
    }
    if (a.isFloating() != b.isFloating()) {
      return a.isFloating() ? a : b;
    }
    return a.bytes() == b.bytes() ? DType.F32 : a.bytes() > b.bytes() ? a : b;
  }

  /** A failure that names this tensor. */
  public IngotException fail(String what) {
    return IngotException.invalid("tensor " + name + ": " + what);
  }

  public void warn(String what) {
    warnings.accept("tensor " + name + ": " + what);
  }

  /** Gives the tensor what it needs to be merged. */
  public void begin(Execution started) {
    execution = started;
    operands.forEach(o -> o.data().open());
  }

  /** Lets go of all data. */
  public void end() {
    execution = null;
    operands.forEach(o -> o.data().close());
  }

  public TensorOutput output() {
    return running().output();
  }

  public Parallel parallel() {
    return running().parallel();
  }

  public DrawStream draws() {
    return running().draws();
  }

  /** Where large intermediate results go. */
  public Spill spill() {
    return running().spill();
  }

  private Execution running() {
    Execution current = execution;
    if (current == null) {
      throw new IllegalStateException(name + " is not being merged");
    }
    return current;
  }
}
