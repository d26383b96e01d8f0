package io.ingot.train.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.model.ModelFolder;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.train.LanguageModel;
import io.ingot.train.Precision;
import io.ingot.train.torch.TorchDevice;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Tiny random models of real families: the same log-probabilities as transformers computes. */
class LogitsGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> familiesOfTransformers() throws IOException {
    String outside = System.getProperty("golden.dir", "");
    Path root =
        (outside.isEmpty() ? Path.of("src/test/resources/golden") : Path.of(outside))
            .resolve("logits");
    assumeTrue(Files.isDirectory(root), "no golden logits at " + root);
    List<Path> cases;
    try (Stream<Path> entries = Files.list(root)) {
      cases = entries.filter(e -> Files.exists(e.resolve("expected.json"))).sorted().toList();
    }
    return cases.stream()
        .flatMap(c -> Stream.of("config.json", "config.v4.json").map(f -> c.resolve(f)))
        .filter(Files::exists)
        .map(f -> DynamicTest.dynamicTest(root.relativize(f).toString(), () -> check(f)));
  }

  private static void check(Path configFile) throws IOException {
    Path dir = configFile.resolveSibling("").normalize();
    ObjectNode config = (ObjectNode) JSON.readTree(configFile.toFile());
    JsonNode expected = JSON.readTree(dir.resolve("expected.json").toFile());
    double tolerance = 2 * expected.path("tolerance").path("logits_abs").asDouble();
    try (ModelFolder model = ModelFolder.open(dir);
        SafetensorsFile tensors = SafetensorsFile.open(dir.resolve("expected.safetensors"));
        TorchLanguageModel language =
            TorchLanguageModel.of(
                Decoder.load(config, model.weights(), Precision.FP32, TorchDevice.of("cpu")))) {
      for (String batch : List.of("full", "right_padded", "left_padded", "long")) {
        if (tensors.tensors().containsKey(batch + ".input_ids")) {
          compare(language, Batch.read(tensors, batch), DecoderShape.read(config), tolerance);
        }
      }
      generationAgreesWithScores(language, Batch.read(tensors, "full"));
    }
  }

  private static void compare(
      LanguageModel language, Batch batch, DecoderShape shape, double tolerance) {
    List<Integer> kept = new ArrayList<>();
    int longest = batch.rows().stream().mapToInt(r -> r.length).max().orElseThrow();
    for (int r = 0; r < batch.rows().size(); r++) {
      // Where frequencies depend on the length, transformers takes that of the padded batch.
      if (shape.mixesLengths() || batch.rows().get(r).length == longest) {
        kept.add(r);
      }
    }
    double[] worst = {0};
    language.logProbabilities(
        kept.stream().map(batch.rows()::get).toList(),
        (n, values, vocabulary) -> {
          int row = kept.get(n);
          for (int i = 0; i < batch.rows().get(row).length; i++) {
            int at = (row * batch.width() + batch.places().get(row)[i]) * vocabulary;
            double norm = logSumExp(batch.logits(), at, vocabulary);
            for (int v = 0; v < vocabulary; v++) {
              double want = batch.logits()[at + v] - norm;
              worst[0] = Math.max(worst[0], Math.abs(want - values[i * vocabulary + v]));
            }
          }
        });
    assertThat(worst[0]).as("log-probabilities of %s", batch.name()).isLessThan(tolerance);
  }

  /** Every generated token is the likeliest one when the whole row is computed anew. */
  private static void generationAgreesWithScores(LanguageModel language, Batch batch) {
    List<int[]> prompts =
        List.of(Arrays.copyOf(batch.rows().get(0), 5), Arrays.copyOf(batch.rows().get(1), 9));
    List<int[]> answers = language.generate(prompts, 10, Set.of());
    for (int r = 0; r < prompts.size(); r++) {
      int[] prompt = prompts.get(r);
      int[] answer = answers.get(r);
      int[] whole = Arrays.copyOf(prompt, prompt.length + answer.length);
      System.arraycopy(answer, 0, whole, prompt.length, answer.length);
      for (int n = 0; n < answer.length; n++) {
        int[] seen = Arrays.copyOf(whole, prompt.length + n);
        int token = answer[n];
        language.logProbabilities(
            List.of(seen),
            (row, values, vocabulary) -> {
              int at = (seen.length - 1) * vocabulary;
              float best = Float.NEGATIVE_INFINITY;
              for (int v = 0; v < vocabulary; v++) {
                best = Math.max(best, values[at + v]);
              }
              assertThat(values[at + token]).isGreaterThan(best - 1e-4f);
            });
      }
    }
  }

  private static double logSumExp(float[] logits, int at, int count) {
    double top = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < count; v++) {
      top = Math.max(top, logits[at + v]);
    }
    double sum = 0;
    for (int v = 0; v < count; v++) {
      sum += Math.exp(logits[at + v] - top);
    }
    return top + Math.log(sum);
  }

  /** The tokens that are no padding, and where they lie in the padded logits. */
  private record Batch(
      String name, int width, List<int[]> rows, List<int[]> places, float[] logits) {
    static Batch read(SafetensorsFile tensors, String name) {
      long[] ids = tensors.data(name + ".input_ids").toArray(ValueLayout.JAVA_LONG_UNALIGNED);
      long[] mask = tensors.data(name + ".attention_mask").toArray(ValueLayout.JAVA_LONG_UNALIGNED);
      float[] logits = tensors.data(name + ".logits").toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
      List<Long> shape = Objects.requireNonNull(tensors.tensors().get(name + ".input_ids")).shape();
      int width = Math.toIntExact(shape.get(1));
      List<int[]> rows = new ArrayList<>();
      List<int[]> places = new ArrayList<>();
      for (int r = 0; r < shape.get(0); r++) {
        int base = r * width;
        int[] seen = IntStream.range(0, width).filter(i -> mask[base + i] != 0).toArray();
        places.add(seen);
        rows.add(IntStream.of(seen).map(i -> (int) ids[base + i]).toArray());
      }
      return new Batch(name, width, rows, places, logits);
    }
  }
}
