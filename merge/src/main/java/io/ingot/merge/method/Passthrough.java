package io.ingot.merge.method;

import java.util.List;
import java.util.Optional;

/** For stacks of layers ("frankenmerges") and for copies of one model. */
@Described(
    title = "Passthrough",
    formula = "out = x, or scale * x",
    example =
        """
        merge_method: passthrough
        slices:
          - sources: [{model: a, layer_range: [0, 24]}]
          - sources: [{model: a, layer_range: [8, 32]}]
        """)
public final class Passthrough implements MergeMethod {
  @Override
  public String name() {
    return "passthrough";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(Parameter.ofModelOptional("scale", "factor; left out: a plain copy"));
  }

  @Override
  public BaseRole baseRole() {
    return BaseRole.INPUT;
  }

  @Override
  public Optional<Outcome> plan(TensorMerge tensor) {
    if (tensor.operands().size() != 1) {
      throw tensor.fail(
          "passthrough takes exactly one model, but %d give this tensor: %s"
              .formatted(
                  tensor.operands().size(),
                  tensor.operands().stream().map(Operand::model).toList()));
    }
    Operand only = tensor.operands().getFirst();
    return Optional.of(new Outcome(only.dtype(), only.shape()));
  }

  @Override
  public void merge(TensorMerge tensor) {
    Operand only = tensor.operands().getFirst();
    Copy.write(tensor, only, only.optional("scale"));
  }
}
