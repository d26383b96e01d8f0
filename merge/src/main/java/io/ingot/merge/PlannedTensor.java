package io.ingot.merge;

import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.TensorMerge;
import io.ingot.tensor.TensorInfo;
import java.util.Optional;

/**
 * A tensor that will be written.
 *
 * @param label name of its source; tensors are worked on in the order of labels
 * @param method empty: a plain copy of the only operand
 * @param output name, dtype and shape as written
 */
record PlannedTensor(
    String label, TensorMerge merge, Optional<MergeMethod> method, TensorInfo output) {}
