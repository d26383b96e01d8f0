package io.ingot.train.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Multipliers at steps 0, 1, 9, 10, 11, 55, 99, 100 with 10 of 100 steps of warm-up. */
class LearningRateTest {
  private static final int[] STEPS = {0, 1, 9, 10, 11, 55, 99, 100};

  @Test
  void linear() {
    check(LearningRate.Curve.LINEAR, 0, .1, .9, 1, .98888889, .5, .01111111, 0);
  }

  @Test
  void cosine() {
    check(LearningRate.Curve.COSINE, 0, .1, .9, 1, .99969541, .5, .00030459, 0);
  }

  @Test
  void cosineToAFloorOfATenth() {
    check(LearningRate.Curve.COSINE_WITH_MIN_LR, 0, .1, .9, 1, .99972587, .55, .10027413, .1);
  }

  @Test
  void inverseRoot() {
    check(
        LearningRate.Curve.INVERSE_SQRT, 0, .1, .9, 1, .95346259, .42640143, .31782086, .31622777);
  }

  @Test
  void stableThenDecay() {
    LearningRate rate = new LearningRate(LearningRate.Curve.WARMUP_STABLE_DECAY, 1, 10, 100);
    assertThat(rate.at(0)).isCloseTo(.1, within(1e-12));
    assertThat(rate.at(1)).isCloseTo(.19, within(1e-12));
    assertThat(rate.at(89)).isEqualTo(1);
    assertThat(rate.at(95)).isCloseTo(.55, within(1e-12));
    assertThat(rate.at(100)).isCloseTo(.1, within(1e-12));
  }

  @Test
  void constant() {
    check(LearningRate.Curve.CONSTANT, 1, 1, 1, 1, 1, 1, 1, 1);
    check(LearningRate.Curve.CONSTANT_WITH_WARMUP, 0, .1, .9, 1, 1, 1, 1, 1);
  }

  @Test
  void matchesTransformersWhereItsConstantsAreOurs() throws IOException {
    Path file = Path.of("src/test/resources/golden/lora/schedules.json");
    Assumptions.assumeTrue(Files.exists(file), "no golden schedules");
    List<String> seen = new ArrayList<>();
    for (JsonNode s : new ObjectMapper().readTree(file.toFile()).path("schedules")) {
      boolean ours =
          s.path("args").isEmpty()
              || s.path("type").asText().equals("cosine_with_min_lr")
                  && s.path("args").path("min_lr_rate").asDouble() == 0.1;
      if (!ours) {
        continue;
      }
      seen.add(s.path("type").asText());
      double peak = s.path("learning_rate").asDouble();
      LearningRate rate =
          new LearningRate(
              LearningRate.Curve.valueOf(s.path("type").asText().toUpperCase(Locale.ROOT)),
              peak,
              s.path("warmup_steps").asInt(),
              s.path("total_steps").asInt());
      for (int step = 0; step < s.path("lr").size(); step++) {
        assertThat(rate.at(step))
            .as("%s at %d", s.path("type").asText(), step)
            .isCloseTo(s.path("lr").get(step).asDouble(), within(1e-12 * peak));
      }
    }
    assertThat(seen).contains("linear", "cosine", "inverse_sqrt", "cosine_with_min_lr");
  }

  private static void check(LearningRate.Curve curve, double... multipliers) {
    LearningRate rate = new LearningRate(curve, 1, 10, 100);
    for (int i = 0; i < STEPS.length; i++) {
      assertThat(rate.at(STEPS[i])).as("step %d", STEPS[i]).isCloseTo(multipliers[i], within(1e-8));
    }
  }
}
