package io.ingot.train.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.adapter.AdapterConfig;
import io.ingot.error.IngotException;
import io.ingot.model.ModelFolder;
import io.ingot.train.decoder.DecoderWeights.Linear;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Which modules PEFT adapts, and with which rank and scaling. */
class TargetModulesGoldenTest {
  @TestFactory
  Stream<DynamicTest> modulesOfPeft() throws IOException {
    String outside = System.getProperty("golden.dir", "");
    Path root =
        (outside.isEmpty() ? Path.of("src/test/resources/golden") : Path.of(outside))
            .resolve("lora");
    assumeTrue(Files.exists(root.resolve("target_modules.json")), "no golden target modules");
    JsonNode cases =
        new ObjectMapper().readTree(root.resolve("target_modules.json").toFile()).path("cases");
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode c : cases) {
      Path base = root.resolve(c.path("model").asText());
      if (Files.isDirectory(base) && isOurs(c)) {
        tests.add(
            DynamicTest.dynamicTest(
                c.path("model").asText() + " " + c.path("config"), () -> check(c, base)));
      }
    }
    return tests.stream();
  }

  /** Defaults by model type, embeddings and experts in one tensor are PEFT's own affair. */
  private static boolean isOurs(JsonNode c) {
    JsonNode targets = c.path("config").path("target_modules");
    return !targets.isMissingNode()
        && !targets.toString().contains("embed_tokens")
        && !c.path("model").asText().contains("mixtral");
  }

  private static void check(JsonNode c, Path base) {
    LoraSettings settings = settings(c.path("config"));
    List<Linear> linears = linears(base);
    if (c.has("error")) {
      assertThatThrownBy(() -> settings.choose(linears))
          .isInstanceOf(IngotException.class)
          .hasMessageContaining("match no module")
          .hasMessageContaining("down_proj");
      return;
    }
    AdapterConfig config = settings.config();
    Map<String, String> got = new TreeMap<>();
    settings
        .choose(linears)
        .forEach(l -> got.put(l.name(), config.rank(l.name()) + " at " + config.scaling(l.name())));
    Map<String, String> want = new TreeMap<>();
    c.path("modules")
        .properties()
        .forEach(
            e ->
                want.put(
                    e.getKey(),
                    e.getValue().path("r").asInt()
                        + " at "
                        + e.getValue().path("scaling").asDouble()));
    assertThat(got).isEqualTo(want);
  }

  private static List<Linear> linears(Path base) {
    try (ModelFolder model = ModelFolder.open(base)) {
      Stream<String> files =
          model.weights().tensors().values().stream()
              .filter(t -> t.shape().size() == 2 && !t.name().contains("embed_tokens"))
              .map(t -> t.name().substring(0, t.name().length() - ".weight".length()));
      // A tied output matrix has no tensor of its own.
      return Stream.concat(files, Stream.of("lm_head"))
          .distinct()
          .map(n -> new Linear(n, 1, 1, n.contains(".layers."), 0))
          .toList();
    }
  }

  private static LoraSettings settings(JsonNode config) {
    SequencedMap<String, Integer> ranks = new LinkedHashMap<>();
    config
        .path("rank_pattern")
        .properties()
        .forEach(e -> ranks.put(e.getKey(), e.getValue().asInt()));
    SequencedMap<String, Double> alphas = new LinkedHashMap<>();
    config
        .path("alpha_pattern")
        .properties()
        .forEach(e -> alphas.put(e.getKey(), e.getValue().asDouble()));
    List<Integer> layers = new ArrayList<>();
    JsonNode chosen = config.path("layers_to_transform");
    if (chosen.isInt()) {
      layers.add(chosen.intValue());
    }
    chosen.forEach(n -> layers.add(n.asInt()));
    ModuleSelector targets = selector(config.path("target_modules"));
    return new LoraSettings(
        8,
        config.path("lora_alpha").asDouble(16),
        0,
        targets == null ? new ModuleSelector.AllLinear() : targets,
        selector(config.path("exclude_modules")),
        config.path("use_rslora").asBoolean(false),
        false,
        LoraSettings.Start.KAIMING,
        ranks,
        alphas,
        layers);
  }

  private static @Nullable ModuleSelector selector(JsonNode node) {
    if (node.isTextual()) {
      return ModuleSelector.of(node.textValue());
    }
    if (!node.isArray()) {
      return null;
    }
    List<String> names = new ArrayList<>();
    node.forEach(n -> names.add(n.asText()));
    return new ModuleSelector.Names(names);
  }
}
