package io.ingot.gguf.convert;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** Parameter counts of a model and the label made from them, e.g. {@code 8x7.2M}. */
record SizeLabel(long total, long shared, long expert, long experts) {
  static SizeLabel of(List<SourceTensor> tensors) {
    long total = 0;
    long shared = 0;
    long expert = 0;
    long expertSum = 0;
    long expertTensors = 0;
    for (SourceTensor tensor : tensors) {
      long size = tensor.elements();
      if (tensor.name().contains("_exps.") && tensor.shape().size() >= 3) {
        long count = tensor.dim(tensor.name().contains(".bias") ? -2 : -3);
        expert += size / count;
        expertSum += count;
        expertTensors++;
      } else {
        shared += size;
      }
      total += size;
    }
    return new SizeLabel(total, shared, expert, expertTensors > 0 ? expertSum / expertTensors : 0);
  }

  String text() {
    return experts > 0 ? experts + "x" + rounded(shared + expert) : rounded(total);
  }

  static String rounded(long count) {
    double scaled;
    String suffix;
    if (count > 1e12) {
      scaled = count * 1e-12;
      suffix = "T";
    } else if (count > 1e9) {
      scaled = count * 1e-9;
      suffix = "B";
    } else if (count > 1e6) {
      scaled = count * 1e-6;
      suffix = "M";
    } else {
      scaled = count * 1e-3;
      suffix = "K";
    }
    long whole = (long) Math.rint(scaled);
    int decimals = Math.max(2 - (whole == 0 ? 0 : Long.toString(whole).length()), 0);
    return new BigDecimal(scaled).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString()
        + suffix;
  }
}
