package io.ingot.job.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.job.JobFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobCheckTest {
  private static final String HEAD =
      """
      apiVersion: ingot/v1
      name: small
      models: {base: {path: model}}
      datasets: {chat: {path: chat.jsonl, format: messages}, held: {path: held.txt}}
      steps:
      """;

  @TempDir Path folder;

  @Test
  void circlesAreShownAsCircles() throws IOException {
    assertThat(
            problems(
                """
                  a: {merge: {merge_method: linear, models: [{model: c, parameters: {weight: 1}}]}}
                  b: {finetune: {model: a, dataset: chat}}
                  c: {merge: {merge_method: linear, models: [{model: b, parameters: {weight: 1}}]}}
                """))
        .containsExactly(
            "job.yaml:7:25: error: steps.b.finetune.model: steps wait for one another:"
                + " a -> c -> b -> a");
  }

  @Test
  void mergesOfAJobAreNamedByTheirSteps() throws IOException {
    assertThat(
            problems(
                """
                  mix: {merge: {name: first, merge_method: passthrough, models: [{model: base}]}}
                """))
        .containsExactly(
            "job.yaml:6:23: error: steps.mix.merge.name: 'name' is for files of several recipes;"
                + " in a job every merge is a step, and its key is the name by which others refer"
                + " to it");
  }

  @Test
  void referencesMustLeadToTheRightKind() throws IOException {
    assertThat(
            problems(
                """
                  tune: {finetune: {model: bsae, dataset: chta, validation: base}}
                  gguf: {quantize: {model: chat, types: [F16]}}
                  mix: {merge: {merge_method: linear, models: [{model: gguf, parameters: {weight: 1}}, {model: tnue, parameters: {weight: 1}}]}}
                """))
        .containsExactly(
            "job.yaml:6:28: error: steps.tune.finetune.model: there is no 'bsae'; expected a"
                + " model, or a finetune or merge step; allowed: base, tune, mix; did you mean"
                + " 'base'?",
            "job.yaml:6:43: error: steps.tune.finetune.dataset: there is no 'chta'; expected a"
                + " dataset; allowed: chat, held; did you mean 'chat'?",
            "job.yaml:6:61: error: steps.tune.finetune.validation: 'base' is a model; expected a"
                + " dataset",
            "job.yaml:7:28: error: steps.gguf.quantize.model: 'chat' is a dataset; expected a"
                + " model, or a finetune or merge step",
            "job.yaml:8:56: error: steps.mix.merge.models[0].model: 'gguf' is a quantize step;"
                + " expected a model, or a finetune or merge step",
            "job.yaml:8:96: error: steps.mix.merge.models[1].model: there is no 'tnue'; expected"
                + " a model, or a finetune or merge step; allowed: base, tune, mix; did you mean"
                + " 'tune'?");
  }

  @Test
  void recipesAreReadByTheReaderOfRecipes() throws IOException {
    assertThat(
            problems(
                """
                  mix:
                    merge:
                      merge_method: linear
                      models:
                        - model: base
                          parameters: {wieght: 1}
                      dtyp: float32
                  mux: {merge: {merge_method: tise, base_model: base, models: [{model: base}]}}
                """))
        .hasSize(3)
        .anyMatch(p -> p.contains("steps.mix.merge.models[0].parameters.wieght: unknown"))
        .anyMatch(p -> p.startsWith("job.yaml:12:13: error: steps.mix.merge.dtyp: unknown key"))
        .anyMatch(
            p -> p.startsWith("job.yaml:13:31: error: steps.mux.merge.merge_method: unknown"));
  }

  @Test
  void recipesMayNameFoldersAndRepositories() throws IOException {
    assertThat(
            problems(
                """
                  mix:
                    merge:
                      merge_method: linear
                      models:
                        - {model: ./model, parameters: {weight: 1}}
                        - {model: org/other@main+org/adapter, parameters: {weight: 1}}
                        - {model: nowhere/at/all, parameters: {weight: 1}}
                """))
        .singleElement()
        .asString()
        .startsWith("job.yaml:12:19: error: steps.mix.merge.models[2].model: there is no");
  }

  @Test
  void typesAreThoseOfLlamaQuantize() throws IOException {
    assertThat(problems("  gguf: {quantize: {model: base, types: [f16, q8_0, Q4_K_X, COPY]}}"))
        .hasSize(2)
        .anyMatch(
            p ->
                p.startsWith("job.yaml:6:53: error: steps.gguf.quantize.types[2]: unknown type")
                    && p.contains("did you mean 'Q4_K_"))
        .anyMatch(p -> p.contains("types[3]: unknown type 'COPY'"));
  }

  @Test
  void gatesMustSpeakOfWhatIsMeasured() throws IOException {
    assertThat(
            problems(
                """
                  gguf: {quantize: {model: base, types: [F16, Q8_0]}}
                  quality:
                    evaluate:
                      models: [base, gguf, base]
                      suites: {chats: {dataset: chat, metric: exact_match}}
                      gate:
                        - base.chats.exact_match >= 0.9
                        - gguf.Q8_0.chats.exact_match > 0
                        - gguf.chats.exact_match >= 0.9
                        - gguf.Q4_0.chats.exact_match >= 0.9
                        - base.chat.exact_match >= 0.9
                        - base.chats.perplexity < 3
                        - base.chats.exact_match
                """))
        .containsExactly(
            "job.yaml:9:28: error: steps.quality.evaluate.models[2]: 'base' is listed twice",
            "job.yaml:14:11: error: steps.quality.evaluate.gate[2]: 'gguf' is not measured here;"
                + " allowed: base, gguf.F16, gguf.Q8_0, base; did you mean 'gguf.F16'?",
            "job.yaml:15:11: error: steps.quality.evaluate.gate[3]: 'gguf.Q4_0' is not measured"
                + " here; allowed: base, gguf.F16, gguf.Q8_0, base; did you mean 'gguf.Q8_0'?",
            "job.yaml:16:11: error: steps.quality.evaluate.gate[4]: there is no suite 'chat';"
                + " allowed: chats; did you mean 'chats'?",
            "job.yaml:17:11: error: steps.quality.evaluate.gate[5]: suite 'chats' does not measure"
                + " 'perplexity'; allowed: exact_match",
            "job.yaml:18:11: error: steps.quality.evaluate.gate[6]: 'base.chats.exact_match' is no"
                + " gate; expected MODEL.SUITE.METRIC >= NUMBER, or STEP.TYPE.SUITE.METRIC for a"
                + " quantize step");
  }

  @Test
  void keysThatDoNotGoTogetherAreTold() throws IOException {
    assertThat(
            problems(
                """
                  full: {finetune: {model: base, dataset: chat, method: full, lora: {rank: 4}}}
                  pairs: {finetune: {model: base, dataset: chat, objective: {name: dpo}}}
                  part: {finetune: {model: base, dataset: chat, optimizer: {betas: [0.9]}}}
                  from: {finetune: {model: base, dataset: chat, init_adapter: ./none}}
                """))
        .containsExactly(
            "job.yaml:6:69: error: steps.full.finetune.lora: has no meaning with method: full",
            "job.yaml:7:44: error: steps.pairs.finetune.dataset: objective dpo needs format"
                + " preference, dataset 'chat' has messages",
            "job.yaml:8:68: error: steps.part.finetune.optimizer.betas: expected two numbers",
            "job.yaml:9:63: error: steps.from.finetune.init_adapter: there is no folder or step"
                + " none");
  }

  @Test
  void publishingNeedsAPublisherAndOneModelAtATime() throws IOException {
    assertThat(
            problems(
                """
                  a: {finetune: {model: base, dataset: chat}}
                  b: {merge: {merge_method: linear, models: [{model: a, parameters: {weight: 1}}]}}
                  out: {publish: {artifacts: [a, b], to: {hub: one/two/three}}}
                  both: {publish: {artifacts: [a], to: {hub: x/y, path: out}, review: never}}
                """))
        .containsExactly(
            "job.yaml:8:18: error: steps.out.publish: needs 'publisher' at the top of the job, such"
                + " as publisher: {name: acme, kind: company}",
            "job.yaml:8:30: error: steps.out.publish.artifacts: holds more than one model folder or"
                + " adapter, whose files would overwrite one another; publish each by a step of its"
                + " own (GGUF files may go along)",
            "job.yaml:8:48: error: steps.out.publish.to.hub: 'one/two/three' is no repository id;"
                + " expected ORG/NAME of letters, digits, '.', '_', '-'",
            "job.yaml:9:19: error: steps.both.publish: needs 'publisher' at the top of the job, such"
                + " as publisher: {name: acme, kind: company}",
            "job.yaml:9:51: error: steps.both.publish.to: only one of hub, path may be given",
            "job.yaml:9:71: error: steps.both.publish.review: unknown value 'never'; allowed:"
                + " required, none");
  }

  @Test
  void schedulesMustBeReadable() throws IOException {
    assertThat(
            problems(
                """
                  gguf: {quantize: {model: base, types: [F16]}}
                schedule: {cron: "61 3 * * FUNDAY", zone: Mars/Olympus}
                """))
        .containsExactly(
            "job.yaml:7:18: error: schedule.cron: '61' is no minute; expected *, or numbers from 0"
                + " to 59 with , - and /",
            "job.yaml:7:18: error: schedule.cron: 'FUNDAY' is no day of week; expected *, or"
                + " numbers from 0 to 7 with , - and /",
            "job.yaml:7:43: error: schedule.zone: 'Mars/Olympus' is no time zone; expected a name"
                + " such as Europe/Berlin");
  }

  @Test
  void theWholeGrammarIsAccepted() throws IOException {
    assertThat(
            JobFiles.problems(
                folder,
                """
                apiVersion: ingot/v1
                name: support-desk
                publisher: {name: acme, kind: company, jurisdiction: DE}
                models:
                  base: {hub: ingot/tiny-base, revision: main}
                  local: {path: ./model}
                hub: {embedded: .}
                datasets:
                  orders: {path: chat.jsonl, format: messages}
                  pairs: {hub: org/pairs, split: train, format: preference}
                  heldout: {path: held.txt, format: text}
                  unknown: {hub: org/name, split: train}
                steps:
                  orders-lora:
                    finetune:
                      model: base
                      dataset: orders
                      validation: orders
                      method: lora
                      objective: {name: sft}
                      lora: {rank: 16, alpha: 32, targets: all-linear, variant: dora, dropout: 0.1,
                             init: gaussian, modules_to_save: [lm_head], rank_pattern: {q_proj: 8},
                             alpha_pattern: {q_proj: 8}}
                      train: {epochs: 2, batch_size: 16, gradient_accumulation: 1, max_length: 256,
                              too_long: truncate, packing: false, shuffle: true, loss_on: all,
                              precision: auto, device: auto, seed: 42, checkpoint_every: 100,
                              evaluate_every: 50}
                      optimizer: {name: adamw, learning_rate: 1.0e-3, betas: [0.9, 0.95], eps: 1e-6,
                                  schedule: constant_with_warmup, warmup_ratio: 0.03,
                                  weight_decay: 0.0, max_grad_norm: null, loraplus_lr_ratio: 16}
                      init_adapter: null
                  pairs-lora:
                    finetune:
                      model: orders-lora
                      dataset: pairs
                      method: qlora
                      init_adapter: orders-lora
                      objective: {name: dpo, loss: sigmoid, beta: 0.1}
                      lora: {rank: 16, targets: [q_proj, v_proj], init: true}
                      train: {max_steps: 5}
                      optimizer: {warmup_steps: 3}
                  blended:
                    merge:
                      merge_method: ties
                      base_model: base
                      models:
                        - {model: orders-lora, parameters: {weight: 1.0, density: 0.7}}
                        - {model: local, parameters: {weight: 1.0, density: 0.7}}
                      parameters: {normalize: false}
                      dtype: float32
                      out_dtype: bfloat16
                  gguf:
                    quantize: {model: blended, types: [F16, Q8_0, Q4_K_M], pre: qwen2}
                  quality:
                    evaluate:
                      models: [base, orders-lora, blended, gguf]
                      suites:
                        orders: {dataset: orders, metric: exact_match}
                        text: {dataset: heldout, metric: perplexity}
                      gate: ["blended.orders.exact_match >= 0.85"]
                  release:
                    publish:
                      artifacts: [blended, gguf]
                      to: {hub: acme/support-desk}
                      visibility: private
                      revision: main
                      card: {summary: a, intended_use: b, limitations: c}
                      review: required
                  folder:
                    publish: {artifacts: [orders-lora], to: {path: ./out}, review: none}
                schedule: {cron: "0 3 * * 1", zone: Europe/Berlin, catchup: latest,
                           only_if: inputs-changed}
                """))
        .isEmpty();
  }

  private List<String> problems(String steps) throws IOException {
    return JobFiles.problems(folder, HEAD + steps);
  }
}
