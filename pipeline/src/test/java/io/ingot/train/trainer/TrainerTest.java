package io.ingot.train.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Progress;
import io.ingot.train.Precision;
import io.ingot.train.TokenRow;
import io.ingot.train.adapter.LoraAdapter;
import io.ingot.train.adapter.LoraSettings;
import io.ingot.train.adapter.ModuleSelector;
import io.ingot.train.decoder.Decoder;
import io.ingot.train.torch.TorchDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must not change the numbers does not change them. */
class TrainerTest {
  @TempDir Path folder;
  private ModelFolder model;
  private int runs;

  @BeforeEach
  void open() {
    String outside = System.getProperty("golden.dir", "");
    Path root = outside.isEmpty() ? Path.of("src/test/resources/golden") : Path.of(outside);
    Path base = root.resolve("lora/bases/llama");
    assumeTrue(Files.isDirectory(base), "no golden base model at " + base);
    model = ModelFolder.open(base);
  }

  @AfterEach
  void close() {
    if (model != null) {
      model.close();
    }
  }

  @Test
  void recomputingActivationsChangesNoBit() throws Exception {
    TrainingPlan plan = new TrainingPlan(12, 3, 2, 6, true, 1);
    List<TokenBatch> rows = single(rows(12));
    float[] kept = train(plan, rows, options(6, 0.1, o -> o));
    float[] recomputed = train(plan, rows, options(6, 0.1, TrainerTest::recomputing));
    assertThat(recomputed).isEqualTo(kept);
  }

  @Test
  void theSameSeedGivesTheSameBitsAndAnotherDoesNot() throws Exception {
    TrainingPlan plan = new TrainingPlan(12, 3, 1, 4, true, 1);
    List<TokenBatch> rows = single(rows(12));
    float[] one = train(plan, rows, options(4, 0.1, o -> o));
    float[] two = train(plan, rows, options(4, 0.1, o -> o));
    float[] three = train(new TrainingPlan(12, 3, 1, 4, true, 2), rows, options(4, 0.1, o -> o));
    assertThat(two).isEqualTo(one);
    assertThat(three).isNotEqualTo(one);
  }

  @Test
  void accumulationIsTheSameAsABigBatch() throws Exception {
    List<TokenBatch> rows = single(rows(8));
    float[] big = train(new TrainingPlan(8, 4, 1, 4, false, 1), rows, options(4, 0, o -> o));
    float[] small = train(new TrainingPlan(8, 1, 4, 4, false, 1), rows, options(4, 0, o -> o));
    assertThat(distance(big, small)).isLessThan(1e-4);
  }

  @Test
  void packedRowsDoNotSeeEachOther() throws Exception {
    List<TokenRow> rows = rows(8);
    List<TokenBatch> packed =
        List.of(new TokenBatch(rows.subList(0, 4)), new TokenBatch(rows.subList(4, 8)));
    float[] apart =
        train(new TrainingPlan(8, 4, 1, 4, false, 1), single(rows), options(4, 0, o -> o));
    float[] together = train(new TrainingPlan(2, 1, 1, 4, false, 1), packed, options(4, 0, o -> o));
    assertThat(distance(apart, together)).isLessThan(1e-6);
  }

  @Test
  void lossIsTheMeanOverTrainedTokensAndFalls() throws Exception {
    List<TokenBatch> rows = single(rows(4));
    train(new TrainingPlan(4, 4, 1, 30, false, 1), rows, options(30, 0, o -> o));
    List<String> lines = Files.readAllLines(folder.resolve("0/metrics.jsonl"));
    JsonNode first = new ObjectMapper().readTree(lines.getFirst());
    JsonNode last = new ObjectMapper().readTree(lines.getLast());
    assertThat(lines).hasSize(30);
    assertThat(first.path("step").asInt()).isEqualTo(1);
    assertThat(first.path("epoch").asDouble()).isEqualTo(1.0);
    assertThat(first.path("tokens").asLong())
        .isEqualTo(rows.stream().mapToLong(TokenBatch::tokens).sum());
    assertThat(last.path("loss").asDouble()).isLessThan(first.path("loss").asDouble() - 1);
  }

  @Test
  void validatesOnOtherRows() throws Exception {
    List<TokenBatch> rows = single(rows(6));
    try (Decoder decoder = decoder();
        LoraAdapter adapter = LoraAdapter.fresh(decoder, settings(0), 1)) {
      TrainingPlan plan = new TrainingPlan(4, 2, 1, 4, false, 1);
      new Trainer(
              decoder,
              adapter,
              options(4, 0, o -> o),
              plan,
              rows.subList(0, 4),
              rows.subList(4, 6),
              Progress.NONE)
          .run(folder, "key", () -> {});
    }
    JsonNode last =
        new ObjectMapper().readTree(Files.readAllLines(folder.resolve("metrics.jsonl")).getLast());
    assertThat(last.path("step").asInt()).isEqualTo(4);
    assertThat(last.path("eval_loss").asDouble()).isPositive();
    assertThat(last.has("loss")).isFalse();
  }

  @Test
  void aLossThatIsNoNumberStopsTheTrainingAndNamesTheRows() {
    UnaryOperator<TrainingOptions> wild =
        o ->
            new TrainingOptions(
                new LearningRate(LearningRate.Curve.CONSTANT, 1e30, 0, 8),
                o.beta1(),
                o.beta2(),
                o.eps(),
                0,
                0,
                1,
                0,
                1,
                null,
                null,
                false);
    assertThatThrownBy(
            () ->
                train(new TrainingPlan(8, 4, 1, 8, false, 1), single(rows(8)), options(8, 0, wild)))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("is no number any more; rows of the step: [")
        .hasMessageContaining("Lower the learning rate");
  }

  @Test
  void cancellingStopsBetweenMicroBatches() throws Exception {
    try (Decoder decoder = decoder();
        LoraAdapter adapter = LoraAdapter.fresh(decoder, settings(0), 1)) {
      Trainer trainer =
          new Trainer(
              decoder,
              adapter,
              options(8, 0, o -> o),
              new TrainingPlan(8, 4, 1, 8, false, 1),
              single(rows(8)),
              List.of(),
              Progress.NONE);
      int[] asked = {0};
      assertThatThrownBy(
              () ->
                  trainer.run(
                      folder,
                      "key",
                      () -> {
                        if (++asked[0] == 3) {
                          throw new InterruptedException("cancelled");
                        }
                      }))
          .isInstanceOf(InterruptedException.class);
      assertThat(Files.readAllLines(folder.resolve("metrics.jsonl"))).hasSize(2);
    }
  }

  private float[] train(TrainingPlan plan, List<TokenBatch> units, TrainingOptions options)
      throws IOException, InterruptedException {
    Path scratch = Files.createDirectories(folder.resolve(Integer.toString(runs++)));
    try (Decoder decoder = decoder();
        LoraAdapter adapter = LoraAdapter.fresh(decoder, settings(options.dropout()), 1)) {
      new Trainer(decoder, adapter, options, plan, units, List.of(), Progress.NONE)
          .run(scratch, "key", () -> {});
      List<float[]> values = new ArrayList<>();
      adapter.values().forEach(v -> values.add(v.toFloatArray()));
      float[] all = new float[values.stream().mapToInt(v -> v.length).sum()];
      int at = 0;
      for (float[] v : values) {
        System.arraycopy(v, 0, all, at, v.length);
        at += v.length;
      }
      return all;
    }
  }

  private Decoder decoder() {
    return Decoder.load(model.config(), model.weights(), Precision.FP32, TorchDevice.of("cpu"));
  }

  private static LoraSettings settings(double dropout) {
    return new LoraSettings(
        4,
        8,
        dropout,
        new ModuleSelector.AllLinear(),
        null,
        false,
        false,
        LoraSettings.Start.KAIMING,
        new LinkedHashMap<>(),
        new LinkedHashMap<>(),
        List.of());
  }

  private static TrainingOptions options(
      int steps, double dropout, UnaryOperator<TrainingOptions> change) {
    return change.apply(
        new TrainingOptions(
            new LearningRate(LearningRate.Curve.COSINE, 5e-3, 1, steps),
            0.9,
            0.999,
            1e-8,
            0.01,
            1,
            1,
            dropout,
            1,
            null,
            null,
            false));
  }

  private static TrainingOptions recomputing(TrainingOptions o) {
    return new TrainingOptions(
        o.learningRate(),
        o.beta1(),
        o.beta2(),
        o.eps(),
        o.weightDecay(),
        o.maxGradNorm(),
        o.loraPlusRatio(),
        o.dropout(),
        o.seed(),
        null,
        null,
        true);
  }

  private static double distance(float[] a, float[] b) {
    double off = 0;
    double size = 0;
    for (int i = 0; i < a.length; i++) {
      off += Math.pow(a[i] - b[i], 2);
      size += Math.pow(a[i], 2);
    }
    return Math.sqrt(off / size);
  }

  private static List<TokenBatch> single(List<TokenRow> rows) {
    return rows.stream().map(r -> new TokenBatch(List.of(r))).toList();
  }

  private static List<TokenRow> rows(int count) {
    SplittableRandom random = new SplittableRandom(3);
    return IntStream.range(0, count)
        .mapToObj(
            r -> {
              int[] ids = random.ints(random.nextInt(4, 20), 3, 256).toArray();
              int[] labels = ids.clone();
              Arrays.fill(labels, 0, ids.length / 2, TokenRow.IGNORED);
              return new TokenRow(ids, labels);
            })
        .toList();
  }
}
