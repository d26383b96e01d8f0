package io.ingot.train.trainer;

/**
 * The course of the learning rate, as transformers' schedules compute it: a rise over the warm-up,
 * then a curve. Steps count from 0, so the first optimizer step of a warm-up has rate 0.
 *
 * @param peak greatest rate
 * @param warmup steps of the rise
 * @param total steps of the training
 */
public record LearningRate(Curve curve, double peak, int warmup, int total) {
  /** Shapes after the warm-up; constants where a name leaves them open are transformers' own. */
  public enum Curve {
    CONSTANT,
    CONSTANT_WITH_WARMUP,
    LINEAR,
    COSINE,
    COSINE_WITH_RESTARTS,
    COSINE_WITH_MIN_LR,
    POLYNOMIAL,
    INVERSE_SQRT,
    WARMUP_STABLE_DECAY
  }

  /** Rate at the end of the polynomial curve. */
  private static final double POLYNOMIAL_END = 1e-7;

  /** Share of the peak that cosine_with_min_lr and warmup_stable_decay end at. */
  private static final double FLOOR = 0.1;

  /** Share of the steps over which warmup_stable_decay falls. */
  private static final double DECAY_SHARE = 0.1;

  /** The rate of the step with this number, counted from 0. */
  public double at(int step) {
    return peak * multiplier(step);
  }

  private double multiplier(int step) {
    if (curve == Curve.CONSTANT) {
      return 1;
    }
    if (step < warmup) {
      double rise = (double) step / Math.max(1, warmup);
      return curve == Curve.WARMUP_STABLE_DECAY ? rise * (1 - FLOOR) + FLOOR : rise;
    }
    double share = (double) (step - warmup) / Math.max(1, total - warmup);
    return switch (curve) {
      case CONSTANT, CONSTANT_WITH_WARMUP -> 1;
      case LINEAR -> Math.max(0, (double) (total - step) / Math.max(1, total - warmup));
      case COSINE -> Math.max(0, cosine(share));
      case COSINE_WITH_RESTARTS -> share >= 1 ? 0 : Math.max(0, cosine(share % 1.0));
      case COSINE_WITH_MIN_LR -> Math.max(0, cosine(share) * (1 - FLOOR) + FLOOR);
      case POLYNOMIAL ->
          step > total
              ? POLYNOMIAL_END / peak
              : ((peak - POLYNOMIAL_END) * (1 - share) + POLYNOMIAL_END) / peak;
      case INVERSE_SQRT -> {
        double scale = warmup > 0 ? warmup : 10_000;
        yield 1 / Math.sqrt((step + scale - warmup) / scale);
      }
      case WARMUP_STABLE_DECAY -> stableDecay(step);
    };
  }

  private double stableDecay(int step) {
    int decay = Math.max(1, (int) Math.ceil(DECAY_SHARE * total));
    int stable = Math.max(0, total - warmup - decay);
    if (step < warmup + stable) {
      return 1;
    }
    if (step >= warmup + stable + decay) {
      return FLOOR;
    }
    return cosine((double) (step - warmup - stable) / decay) * (1 - FLOOR) + FLOOR;
  }

  private static double cosine(double share) {
    return 0.5 * (1 + Math.cos(Math.PI * share));
  }
}
