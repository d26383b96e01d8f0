package io.ingot.train.trainer;

import ai.djl.ndarray.NDArray;
import io.ingot.error.IngotException;
import io.ingot.progress.Progress;
import io.ingot.train.adapter.LoraAdapter;
import io.ingot.train.decoder.Decoder;
import io.ingot.train.decoder.PackedRows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The loop of supervised fine-tuning. The loss of a step is the sum of the cross entropy over all
 * trained tokens of its micro-batches, divided by their number (not a mean of means). Not
 * thread-safe.
 */
public final class Trainer {
  /** A checkpoint may cost this share of the time. */
  private static final double CHECKPOINT_SHARE = 0.03;

  private final Decoder decoder;
  private final LoraAdapter adapter;
  private final TrainingOptions options;
  private final TrainingPlan plan;
  private final List<TokenBatch> units;
  private final List<TokenBatch> validation;
  private final Progress progress;
  private int orderedEpoch = -1;
  private int[] order = {};

  /** What came out, without times: the same work gives the same facts. */
  public record Result(int steps, double finalLoss, long tokens, long trainedTokens) {}

  /** Asked before every micro-batch. */
  @FunctionalInterface
  public interface Cancellation {
    void check() throws InterruptedException;
  }

  /**
   * Prepares a training.
   *
   * @param units rows, or packs of rows, that the plan numbers
   */
  public Trainer(
      Decoder decoder,
      LoraAdapter adapter,
      TrainingOptions options,
      TrainingPlan plan,
      List<TokenBatch> units,
      List<TokenBatch> validation,
      Progress progress) {
    this.decoder = decoder;
    this.adapter = adapter;
    this.options = options;
    this.plan = plan;
    this.units = units;
    this.validation = validation;
    this.progress = progress;
  }

  /**
   * Trains to the end, from the last checkpoint of the same work where there is one.
   *
   * @param scratch where checkpoints and metrics.jsonl lie
   * @param key names the work
   * @throws IngotException when the loss is no number any more
   */
  public Result run(Path scratch, String key, Cancellation cancellation)
      throws IOException, InterruptedException {
    List<NDArray> values = adapter.values();
    List<NDArray> grads = adapter.zeros();
    List<NDArray> first = adapter.zeros();
    List<NDArray> second = adapter.zeros();
    double[] decays = new double[values.size()];
    Arrays.fill(decays, options.weightDecay());
    Checkpoint checkpoint = new Checkpoint(scratch, key);
    int done = resume(checkpoint, first, second);
    if (done > 0) {
      progress.note("going on from the checkpoint after step " + done + " of " + plan.steps());
    }
    MetricsLog metrics = new MetricsLog(scratch.resolve("metrics.jsonl"), done);
    progress.begin("training", plan.steps(), Progress.Unit.STEPS);
    progress.advance(done);
    Pace pace = new Pace(plan.steps() - done);
    long saved = System.nanoTime();
    long saving = 0;
    double loss = Double.NaN;
    for (int step = done; step < plan.steps(); step++) {
      long begun = System.nanoTime();
      List<TokenBatch> micro = microBatches(step);
      long trained = micro.stream().mapToLong(TokenBatch::trained).sum();
      long tokens = micro.stream().mapToLong(TokenBatch::tokens).sum();
      double sum = 0;
      for (int m = 0; m < micro.size(); m++) {
        cancellation.check();
        sum += gradients(micro.get(m), step, m, trained, grads);
      }
      loss = trained == 0 ? 0 : sum / trained;
      double norm = decoder.clip(options.maxGradNorm(), grads);
      if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
        throw diverged(step, loss, norm);
      }
      double rate = options.learningRate().at(step);
      decoder.adamw(
          step + 1,
          new double[] {options.beta1(), options.beta2()},
          options.eps(),
          rates(rate),
          decays,
          values,
          grads,
          first,
          second);
      long ended = System.nanoTime();
      pace.add(tokens, ended - begun);
      metrics.add(line(step + 1, loss, norm, rate, tokens, tokens / ((ended - begun) / 1e9)));
      progress.detail(pace.describe(loss));
      progress.advance(1);
      boolean last = step + 1 == plan.steps();
      Integer every = options.evaluateEvery();
      if (!validation.isEmpty() && (last || every != null && (step + 1) % every == 0)) {
        metrics.add(validationLine(step + 1, cancellation));
      }
      if (!last && isDue(step + 1, ended - saved, saving)) {
        long from = System.nanoTime();
        checkpoint.write(step + 1, adapter.parameters(), first, second);
        saved = System.nanoTime();
        saving = saved - from;
      }
    }
    long seen = 0;
    long learnt = 0;
    for (int step = 0; step < plan.steps(); step++) {
      for (int[] batch : rowNumbers(step)) {
        for (int row : batch) {
          seen += units.get(row).tokens();
          learnt += units.get(row).trained();
        }
      }
    }
    return new Result(plan.steps(), loss, seen, learnt);
  }

  /** A damaged checkpoint costs the work since the start, not the training. */
  private int resume(Checkpoint checkpoint, List<NDArray> first, List<NDArray> second) {
    try {
      return checkpoint.read(decoder, adapter.parameters(), first, second);
    } catch (IngotException e) {
      progress.note("the checkpoint is left aside, training begins anew: " + e.getMessage());
      return 0;
    }
  }

  private boolean isDue(int stepsDone, long sinceLast, long cost) {
    Integer every = options.checkpointEvery();
    return every != null ? stepsDone % every == 0 : sinceLast * CHECKPOINT_SHARE >= cost;
  }

  private List<TokenBatch> microBatches(int step) {
    return rowNumbers(step).stream()
        .map(rows -> TokenBatch.join(Arrays.stream(rows).mapToObj(units::get).toList()))
        .toList();
  }

  private List<int[]> rowNumbers(int step) {
    if (plan.epoch(step) != orderedEpoch) {
      orderedEpoch = plan.epoch(step);
      order = plan.order(orderedEpoch);
    }
    return plan.microBatches(step, order);
  }

  /** Mean loss over the rows, without dropout and without touching the gradients. */
  private OptionalDouble validate(Cancellation cancellation) throws InterruptedException {
    double sum = 0;
    long trained = 0;
    for (int from = 0; from < validation.size(); from += plan.batch()) {
      cancellation.check();
      TokenBatch batch =
          TokenBatch.join(
              validation.subList(from, Math.min(from + plan.batch(), validation.size())));
      if (batch.trained() > 0) {
        for (float value : decoder.score(batch.packed(), batch.places(), batch.targets())) {
          sum -= value;
        }
        trained += batch.trained();
      }
    }
    return trained == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / trained);
  }

  private double gradients(
      TokenBatch batch, int step, int micro, long trained, List<NDArray> grads) {
    PackedRows rows = batch.packed();
    double weight = trained == 0 ? 0 : 1.0 / trained;
    long seed = options.dropout() == 0 ? -1 : dropoutSeed(step, micro);
    return decoder.gradients(
        rows, batch.places(), batch.targets(), weight, options.recompute(), seed, grads);
  }

  /** Room for the layers' numbers is left between the seeds of neighbors. */
  private long dropoutSeed(int step, int micro) {
    long mixed = options.seed() * 0x9E3779B97F4A7C15L + step * 0xBF58476D1CE4E5B9L + micro;
    mixed = (mixed ^ mixed >>> 31) * 0x94D049BB133111EBL;
    return mixed >>> 24 << 12;
  }

  private double[] rates(double rate) {
    return adapter.parameters().stream()
        .mapToDouble(p -> p.role() == LoraAdapter.Role.B ? rate * options.loraPlusRatio() : rate)
        .toArray();
  }

  private Map<String, Object> line(
      int step, double loss, double norm, double rate, long tokens, double speed) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("step", step);
    values.put("epoch", plan.epochs(step));
    values.put("loss", loss);
    values.put("grad_norm", norm);
    values.put("learning_rate", rate);
    values.put("tokens", tokens);
    values.put("tokens_per_second", Math.round(speed));
    return values;
  }

  private Map<String, Object> validationLine(int step, Cancellation cancellation)
      throws InterruptedException {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("step", step);
    values.put("epoch", plan.epochs(step));
    OptionalDouble loss = validate(cancellation);
    if (loss.isPresent()) {
      values.put("eval_loss", loss.getAsDouble());
      progress.note(
          String.format(Locale.ROOT, "step %d: validation loss %.4f", step, loss.getAsDouble()));
    }
    return values;
  }

  private IngotException diverged(int step, double loss, double norm) {
    List<Integer> rows = new ArrayList<>();
    plan.microBatches(step).forEach(b -> Arrays.stream(b).forEach(r -> rows.add(r + 1)));
    return IngotException.failed(
        "step "
            + (step + 1)
            + ": loss "
            + loss
            + ", gradient norm "
            + norm
            + " is no number any more; rows of the step: "
            + rows
            + ". Lower the learning rate, set max_grad_norm, or look at these rows");
  }
}
