package io.ingot.train.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.PythonPeer;
import io.ingot.merge.MergeFacts;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.moe.MoeBuilder;
import io.ingot.merge.moe.MoeRecipeReader;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.train.Precision;
import io.ingot.train.tokenizer.PromptEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Mixtures compute what they should: one whose experts are all the base is the base, in our decoder
 * and in transformers; and routers are the states that transformers shows.
 */
class MixtureTest {
  /** Arguments: folders with base, out and check.json; prints a JSON list. */
  private static final String CHECK =
      """
      import json, sys, torch
      from safetensors.torch import load_file
      from transformers import AutoModelForCausalLM, AutoTokenizer

      def equal(place, base, tokens):
          b, info = AutoModelForCausalLM.from_pretrained(
              place + "/out", dtype=torch.float32, output_loading_info=True)
          ids = torch.randint(3, 1000, (2, tokens), generator=torch.Generator().manual_seed(1))
          with torch.no_grad():
              x, y = base(ids).logits, b.eval()(ids).logits
          return {"class": type(b).__name__, "off": (x - y).abs().max().item(),
                  "size": x.abs().max().item(),
                  "keys": sum(len(info[k]) for k in ("missing_keys", "unexpected_keys", "mismatched_keys"))}

      def gates(place, base, mode, gate):
          tok = AutoTokenizer.from_pretrained(place + "/base")
          def mean(prompts):
              total = 0
              for p in prompts:
                  ids = tok((tok.bos_token or "") + p, return_tensors="pt", add_special_tokens=False)
                  with torch.no_grad():
                      h = torch.stack(base(**ids, output_hidden_states=True).hidden_states[:-1])[:, 0]
                  total = total + (h.mean(1) if mode == "hidden_avg" else h[:, -1])
              return total / len(prompts)
          rows = [mean(["Order a fern", "two lines\\nof text"]) - mean(["nothing"]), mean(["The cat sat on"])]
          weights = load_file(place + "/out/model.safetensors")
          least = 1.0
          for layer in range(3):
              made = weights["model.layers.%d.%s.weight" % (layer, gate)]
              for e, row in enumerate(rows):
                  wanted = row[layer] / row[layer].norm()
                  least = min(least, torch.dot(made[e].double(), wanted.double()).item())
          return {"cosine": least}

      done = []
      for place in sys.argv[1:]:
          check = json.load(open(place + "/check.json"))
          base = AutoModelForCausalLM.from_pretrained(place + "/base", dtype=torch.float32).eval()
          done.append(gates(place, base, **check) if "mode" in check else equal(place, base, **check))
      print(json.dumps(done))
      """;

  @TempDir Path folder;

  private Path build(String recipe) throws Exception {
    var reading = MoeRecipeReader.read("moe.yml", recipe, true);
    try (MoeBuilder builder =
        MoeBuilder.open(
            Objects.requireNonNull(reading.recipe()),
            recipe,
            reference -> ModelFolder.open(folder.resolve(reference.path())),
            MergeOptions.defaults())) {
      builder.write(
          folder.resolve("out"),
          MergeFacts.NONE,
          new PromptEncoder(),
          new LayerInputs("cpu", Progress.NONE),
          Progress.NONE,
          Cancellation.NONE);
    }
    return folder.resolve("out");
  }

  /** All experts are the base; a shared one adds nothing. */
  private Path equal(String kind, String family) throws Exception {
    RandomModel.write(folder.resolve("base"), kind, 1);
    RandomModel.write(folder.resolve("other"), kind, 2);
    return build(
        """
        base_model: base
        architecture: %s
        experts:
          - {source_model: base, positive_prompts: [one fern]}
          - {source_model: base, positive_prompts: [the cat sat]}
          - {source_model: base, positive_prompts: ["1 2 3"]}
          - {source_model: base, positive_prompts: [zebra]}
        %s
        """
            .formatted(
                family,
                family.equals("qwen moe")
                    ? "shared_experts: [{source_model: other, positive_prompts: [x], residual_scale: 0}]"
                    : ""));
  }

  @ParameterizedTest
  @CsvSource({"llama, mixtral", "mistral, mixtral", "qwen3, qwen3"})
  void equalExpertsAreTheBaseInOurDecoder(String kind, String family) throws Exception {
    Path out = equal(kind, family);
    List<int[]> rows =
        List.of(
            java.util.stream.IntStream.range(3, 33).map(i -> i * 31 % 1000).toArray(),
            new int[] {7, 7, 8});
    try (ModelFolder base = ModelFolder.open(folder.resolve("base"));
        ModelFolder mixture = ModelFolder.open(out);
        TorchLanguageModel dense = TorchLanguageModel.load(base, Precision.FP32, "cpu");
        TorchLanguageModel sparse = TorchLanguageModel.load(mixture, Precision.FP32, "cpu")) {
      List<float[]> wanted = dense.score(rows);
      List<float[]> scores = sparse.score(rows);
      for (int r = 0; r < rows.size(); r++) {
        assertThat(Arrays.copyOfRange(scores.get(r), 1, scores.get(r).length))
            .containsExactly(
                Arrays.copyOfRange(wanted.get(r), 1, wanted.get(r).length), Offset.offset(1e-4f));
      }
    }
  }

  @Test
  void transformersAgrees() throws Exception {
    PythonPeer python = PythonPeer.with("torch", "transformers", "safetensors");
    String[][] equal = {
      {"llama", "mixtral", "MixtralForCausalLM", "40"},
      {"mistral", "mixtral", "MixtralForCausalLM", "40"},
      {"llama", "qwen moe", "Qwen2MoeForCausalLM", "40"},
      {"mistral", "qwen moe", "Qwen2MoeForCausalLM", "8"},
      {"qwen2", "qwen moe", "Qwen2MoeForCausalLM", "40"},
      {"qwen3", "qwen3", "Qwen3MoeForCausalLM", "40"}
    };
    String[][] gates = {
      {"llama", "block_sparse_moe.gate", "hidden"},
      {"mistral", "block_sparse_moe.gate", "hidden_avg"},
      {"qwen3", "mlp.gate", "hidden_last"}
    };
    Path all = folder;
    List<Path> places = new ArrayList<>();
    for (String[] one : equal) {
      folder = Files.createDirectories(all.resolve(String.valueOf(places.size())));
      equal(one[0], one[1]);
      Files.writeString(folder.resolve("check.json"), "{\"tokens\": " + one[3] + "}");
      places.add(folder);
    }
    for (String[] one : gates) {
      folder = Files.createDirectories(all.resolve(String.valueOf(places.size())));
      routers(one[0], one[2]);
      Files.writeString(
          folder.resolve("check.json"),
          "{\"gate\": \"%s\", \"mode\": \"%s\"}".formatted(one[1], one[2]));
      places.add(folder);
    }
    JsonNode seen =
        new ObjectMapper()
            .readTree(
                python.run(
                    CHECK,
                    Map.of("HF_HUB_OFFLINE", "1", "TRANSFORMERS_VERBOSITY", "error"),
                    places.toArray()));
    for (int i = 0; i < equal.length; i++) {
      JsonNode one = seen.path(i);
      assertThat(one.path("class").asText()).isEqualTo(equal[i][2]);
      assertThat(one.path("keys").asInt(-1)).isZero();
      assertThat(one.path("off").asDouble(1)).as(one.toString()).isLessThan(1e-4);
      assertThat(one.path("size").asDouble()).isGreaterThan(0.5);
    }
    for (int i = 0; i < gates.length; i++) {
      assertThat(seen.path(equal.length + i).path("cosine").asDouble()).isGreaterThan(0.99999);
    }
  }

  private void routers(String kind, String mode) throws Exception {
    RandomModel.write(folder.resolve("base"), kind, 1);
    RandomModel.write(folder.resolve("other"), kind, 2);
    build(
        """
        base_model: base
        gate_mode: %s
        experts:
          - source_model: base
            positive_prompts: [Order a fern, "two lines\\nof text"]
            negative_prompts: [nothing]
          - {source_model: other, positive_prompts: [The cat sat on]}
        """
            .formatted(mode));
  }

  @Test
  void aMixtureOfDifferentExpertsIsAnotherModel() throws Exception {
    RandomModel.write(folder.resolve("base"), "llama", 1);
    RandomModel.write(folder.resolve("other"), "llama", 2);
    Path out =
        build(
            """
            base_model: base
            experts:
              - {source_model: base, positive_prompts: [a]}
              - {source_model: other, positive_prompts: [b]}
            """);
    int[] row = {5, 6, 7, 8, 9, 10};
    try (ModelFolder base = ModelFolder.open(folder.resolve("base"));
        ModelFolder mixture = ModelFolder.open(out);
        TorchLanguageModel dense = TorchLanguageModel.load(base, Precision.FP32, "cpu");
        TorchLanguageModel sparse = TorchLanguageModel.load(mixture, Precision.FP32, "cpu")) {
      assertThat(
              Math.abs(
                  dense.score(List.of(row)).getFirst()[5]
                      - sparse.score(List.of(row)).getFirst()[5]))
          .isGreaterThan(1e-3f);
    }
  }
}
