package io.ingot.adapter.extract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.PythonPeer;
import io.ingot.cli.Ingot;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PEFT loads what was extracted, and base and adapter compute what the fine-tune computes. */
class PeftLoadsExtractedTest {
  private static final Map<String, String> OFFLINE = Map.of("HF_HUB_OFFLINE", "1");

  /** Makes tiny models and fine-tunes of them in which every tensor changes. */
  private static final String MAKE =
      """
      import sys, torch
      from transformers import AutoConfig, AutoModelForCausalLM
      out = sys.argv[1]
      torch.manual_seed(0)
      small = dict(hidden_size=48, intermediate_size=80, num_hidden_layers=2, num_attention_heads=4,
                   num_key_value_heads=2, vocab_size=96, bos_token_id=0, eos_token_id=1)
      configs = {
          "llama": AutoConfig.for_model("llama", tie_word_embeddings=False, **small),
          "qwen2": AutoConfig.for_model("qwen2", tie_word_embeddings=True, **small),
          "gpt2": AutoConfig.for_model("gpt2", n_embd=48, n_layer=2, n_head=4, vocab_size=96,
                                       n_positions=32, bos_token_id=0, eos_token_id=1),
      }
      for name, config in configs.items():
          model = AutoModelForCausalLM.from_config(config)
          with torch.no_grad():
              for p in model.parameters():
                  p.copy_(torch.randn_like(p) * 0.1)
          model.save_pretrained(f"{out}/{name}-base")
          with torch.no_grad():
              for key, p in model.named_parameters():
                  if p.dim() == 2:
                      p.add_(0.02 * torch.randn(p.shape[0], 3) @ torch.randn(3, p.shape[1]))
                  elif ".1." in key or key.endswith("bias") or key.endswith("norm.weight"):
                      p.add_(0.05 * torch.randn_like(p))
          model.save_pretrained(f"{out}/{name}-tuned")
      """;

  private static final String COMPARE =
      """
      import sys, torch, json
      from transformers import AutoModelForCausalLM
      from peft import PeftModel
      result = {}
      for name in sys.argv[2:]:
          kind = name.split("-")[0]
          base, tuned, adapter = (f"{sys.argv[1]}/{n}" for n in (f"{kind}-base", f"{kind}-tuned", name))
          want = AutoModelForCausalLM.from_pretrained(tuned)
          start = AutoModelForCausalLM.from_pretrained(base)
          ids = torch.arange(20).reshape(2, 10) * 3 % 96
          with torch.no_grad():
              expected = want(ids).logits
              distance = lambda m: (m(ids).logits - expected).abs().max().item()
              before = distance(start)
              model = PeftModel.from_pretrained(start, adapter)
              wrapped = distance(model)
              merged = distance(model.merge_and_unload())
          result[name] = dict(before=before, wrapped=wrapped, merged=merged)
      print(json.dumps(result))
      """;

  @TempDir Path dir;

  private void extract(String kind, String adapter, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "adapter",
                "extract",
                dir.resolve(kind + "-tuned").toString(),
                dir.resolve(kind + "-base").toString(),
                dir.resolve(adapter).toString()));
    arguments.addAll(Arrays.asList(options));
    StringWriter err = new StringWriter();
    int code =
        Ingot.execute(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            Map.of(),
            false,
            arguments.toArray(String[]::new));
    assertThat(code).as(err.toString()).isZero();
  }

  @Test
  void baseAndAdapterAreTheFineTune() throws Exception {
    PythonPeer python = PythonPeer.with("torch", "transformers", "peft");
    python.run(MAKE, OFFLINE, dir);
    extract("llama", "llama-plain", "--rank", "6");
    extract("llama", "llama-embed", "--rank", "6", "--embed-lora", "--no-distribute-scale");
    extract("qwen2", "qwen2-plain", "--rank", "6");
    extract("qwen2", "qwen2-embed", "--rank", "6", "--embed-lora");
    extract("gpt2", "gpt2-plain", "--rank", "6");
    List<String> adapters =
        List.of("llama-plain", "llama-embed", "qwen2-plain", "qwen2-embed", "gpt2-plain");
    List<Object> arguments = new ArrayList<>(List.of(dir));
    arguments.addAll(adapters);
    JsonNode result =
        new ObjectMapper().readTree(python.run(COMPARE, OFFLINE, arguments.toArray()));
    for (String adapter : adapters) {
      JsonNode distances = result.path(adapter);
      assertThat(distances.path("before").asDouble()).as(adapter).isGreaterThan(0.05);
      assertThat(distances.path("wrapped").asDouble()).as(adapter).isLessThan(1e-6);
      // PEFT adds the factors of a tied embedding twice when it merges; the command warns
      if (!adapter.equals("qwen2-embed")) {
        assertThat(distances.path("merged").asDouble()).as(adapter).isLessThan(1e-6);
      }
    }
  }
}
