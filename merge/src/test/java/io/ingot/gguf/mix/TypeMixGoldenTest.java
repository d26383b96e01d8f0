package io.ingot.gguf.mix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.gguf.GgmlType;
import io.ingot.gguf.GgufValue;
import io.ingot.gguf.GoldenGguf;
import io.ingot.gguf.OutputTensor;
import io.ingot.gguf.TensorBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** Types that llama-quantize --dry-run chose for the shapes of well-known models. */
class TypeMixGoldenTest {
  private static final TensorBytes NO_DATA =
      (first, count, out) -> {
        throw new IllegalStateException("a plan reads no data");
      };

  @Test
  void choosesTheTypesOfLlamaQuantize() throws IOException {
    Path mix = GoldenGguf.part("mix");
    JsonNode models = GoldenGguf.json(mix.resolve("models.json"));
    Map<String, QuantizeInput> inputs = new HashMap<>();
    Map<String, ImportanceMatrix> matrices = new HashMap<>();
    List<String> wrong = new ArrayList<>();
    int checked = 0;
    for (String line : Files.readAllLines(mix.resolve("rules.jsonl"))) {
      JsonNode rule = GoldenGguf.json(line);
      String name = rule.get("model").asText();
      JsonNode model = models.get(name);
      QuantizeInput input = inputs.computeIfAbsent(name, key -> input(model));
      for (String weighted : List.of("no", "yes")) {
        String given = rule.get("imatrix").asText();
        if (!given.equals("any") && !given.equals(weighted)) {
          continue;
        }
        boolean with = weighted.equals("yes");
        if (with && model.get("expert_count").asInt() > 64) {
          continue;
        }
        Optional<ImportanceMatrix> matrix =
            with
                ? Optional.of(matrices.computeIfAbsent(name, key -> matrix(input)))
                : Optional.empty();
        QuantizeOptions options = options(rule, matrix);
        checked++;
        if (rule.has("error") || rule.path("needs_imatrix").asBoolean() && !with) {
          assertThatThrownBy(() -> Quantizer.plan(input, options, false))
              .as(line)
              .isInstanceOf(IngotException.class);
        } else {
          compare(rule, Quantizer.plan(input, options, false), wrong);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(checked).isPositive();
  }

  private static void compare(JsonNode rule, QuantizePlan plan, List<String> wrong) {
    Map<String, String> found = new HashMap<>();
    plan.tensors().forEach(choice -> found.put(choice.name(), choice.to().name()));
    String label = rule.get("model").asText() + " " + rule.get("ftype").asText() + " ";
    rule.get("types")
        .properties()
        .forEach(
            entry -> {
              String types = entry.getValue().asText();
              List<String> runs = new ArrayList<>();
              for (String run : types.split(" ")) {
                String[] parts = run.split("\\*");
                int times = parts.length == 2 ? Integer.parseInt(parts[1]) : 1;
                for (int i = 0; i < times; i++) {
                  runs.add(parts[0]);
                }
              }
              boolean single = runs.size() == 1;
              found.forEach(
                  (tensor, type) -> {
                    String pattern = entry.getKey().replace(".", "\\.").replace("*", "(\\d+)");
                    var matcher = java.util.regex.Pattern.compile(pattern).matcher(tensor);
                    if (matcher.matches()) {
                      int layer =
                          matcher.groupCount() == 0 ? 0 : Integer.parseInt(matcher.group(1));
                      String expected = single ? runs.getFirst() : runs.get(layer);
                      if (!expected.equals(type)) {
                        wrong.add(label + tensor + " " + type + " for " + expected);
                      }
                    }
                  });
            });
  }

  private static QuantizeOptions options(JsonNode rule, Optional<ImportanceMatrix> matrix) {
    List<String> arguments = new ArrayList<>();
    rule.path("args").forEach(argument -> arguments.add(argument.asText()));
    List<TensorTypeRule> rules = new ArrayList<>();
    List<Integer> pruned = new ArrayList<>();
    GgmlType output = null;
    GgmlType embedding = null;
    for (int i = 0; i + 1 < arguments.size(); i++) {
      String value = arguments.get(i + 1);
      switch (arguments.get(i)) {
        case "--tensor-type" -> rules.add(TensorTypeRule.parse(value));
        case "--output-tensor-type" -> output = GgmlType.parse(value);
        case "--token-embedding-type" -> embedding = GgmlType.parse(value);
        case "--prune-layers" -> {
          for (String layer : value.split(",")) {
            pruned.add(Integer.valueOf(layer));
          }
        }
        default -> {
          // a flag, or the value of an option
        }
      }
    }
    return new QuantizeOptions(
        FileType.parse(rule.get("ftype").asText()),
        arguments.contains("--allow-requantize"),
        arguments.contains("--leave-output-tensor"),
        arguments.contains("--pure"),
        Optional.ofNullable(output),
        Optional.ofNullable(embedding),
        rules,
        List.of(),
        pruned,
        matrix);
  }

  private static ImportanceMatrix matrix(QuantizeInput input) {
    Map<String, float[]> weights = new HashMap<>();
    for (OutputTensor tensor : input.shards().getFirst()) {
      if (tensor.dims().size() > 1) {
        long experts = tensor.dims().size() > 2 ? tensor.dims().get(2) : 1;
        weights.put(tensor.name(), new float[Math.toIntExact(tensor.dims().getFirst() * experts)]);
      }
    }
    return new ImportanceMatrix("x.dat", Optional.empty(), 1, weights);
  }

  private static QuantizeInput input(JsonNode model) {
    String arch = model.get("arch").asText();
    SequencedMap<String, GgufValue> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", GgufValue.of(arch));
    metadata.put(arch + ".block_count", GgufValue.u32(model.get("block_count").asLong()));
    metadata.put(arch + ".attention.head_count", GgufValue.u32(model.get("head_count").asLong()));
    metadata.put(
        arch + ".attention.head_count_kv", GgufValue.u32(model.get("head_count_kv").asLong()));
    metadata.put(arch + ".expert_count", GgufValue.u32(model.get("expert_count").asLong()));
    List<OutputTensor> tensors = new ArrayList<>();
    model
        .get("tensors")
        .properties()
        .forEach(
            entry -> {
              JsonNode layers = entry.getValue().path(2);
              if (!entry.getKey().contains("*")) {
                tensors.add(tensor(entry.getKey(), entry.getValue()));
                return;
              }
              for (int layer : layers(layers, model.get("block_count").asInt())) {
                tensors.add(
                    tensor(entry.getKey().replace("*", Integer.toString(layer)), entry.getValue()));
              }
            });
    return new QuantizeInput(metadata, List.of(tensors));
  }

  private static List<Integer> layers(JsonNode spec, int count) {
    List<Integer> layers = new ArrayList<>();
    String text = spec.isMissingNode() ? "0-" + (count - 1) : spec.asText();
    for (String part : text.split(",")) {
      String[] ends = part.split("-");
      for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
        layers.add(i);
      }
    }
    return layers;
  }

  private static OutputTensor tensor(String name, JsonNode description) {
    List<Long> dims = new ArrayList<>();
    description.get(0).forEach(dim -> dims.add(dim.asLong()));
    return new OutputTensor(name, dims, GgmlType.parse(description.get(1).asText()), NO_DATA);
  }
}
