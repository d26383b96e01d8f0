package io.ingot.merge.method;

import io.ingot.tensor.DType;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import java.util.List;
import java.util.Optional;

/** Takes over those elements of a model that matter most. */
@Described(
    title = "Arcee Fusion",
    formula =
        """
        importance = |x - base| * KL(softmax(x) || softmax(base)) by row
        out = x where importance >= median + 1.5 * (third - first quartile), else base
        """,
    paper = "https://arcee.ai",
    example =
        """
        merge_method: arcee_fusion
        base_model: a
        models: [{model: b}]
        dtype: float32
        """)
public final class ArceeFusion implements MergeMethod {
  @Override
  public String name() {
    return "arcee_fusion";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public BaseRole baseRole() {
    return BaseRole.REQUIRED;
  }

  @Override
  public Optional<Outcome> plan(TensorMerge tensor) {
    if (tensor.operands().size() == 1) {
      Operand only = tensor.operands().getFirst();
      return Optional.of(new Outcome(only.dtype(), only.shape()));
    }
    tensor.requireBase();
    if (tensor.others().size() != 1) {
      throw tensor.fail(
          "arcee_fusion takes the base and exactly one other model, but %d others are given"
              .formatted(tensor.others().size()));
    }
    tensor.cutEmbeddings();
    DType type = tensor.compatible() ? DType.F32 : tensor.commonType();
    return Optional.of(new Outcome(type, tensor.commonShape()));
  }

  @Override
  public long draws(TensorMerge tensor) {
    long n = tensor.operands().getFirst().elements();
    return tensor.operands().size() == 2 && n > FusionImportance.SAMPLE
        ? 2 * SampledPositions.draws(n)
        : 0;
  }

  @Override
  public double scratchBytes(TensorMerge tensor) {
    boolean sampled = tensor.operands().getFirst().elements() > FusionImportance.SAMPLE;
    return tensor.operands().size() < 2 ? 0 : sampled ? 0.25 : 4.25;
  }

  @Override
  public void merge(TensorMerge tensor) {
    if (tensor.operands().size() == 1) {
      Copy.write(tensor, tensor.operands().getFirst(), null);
      return;
    }
    Operand base = tensor.requireBase();
    Operand other = tensor.others().getFirst();
    Rounding r = Rounding.of(tensor.commonType());
    FusionImportance importance = new FusionImportance(tensor, base, other, r);
    float threshold = importance.threshold();
    Pass.write(
        tensor,
        importance.operands(),
        (in, out, count, position, temporaries) -> {
          float[] weight = temporaries.get(0);
          importance.of(in, weight, count, position);
          Kernels.step(weight, threshold, count);
          Kernels.multiply(in[1], in[1], weight, count);
          Kernels.add(out, in[0], in[1], count);
        });
  }
}
