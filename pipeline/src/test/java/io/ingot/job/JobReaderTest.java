package io.ingot.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobReaderTest {
  private static final String HEAD =
      """
      apiVersion: ingot/v1
      name: small
      models: {base: {path: model}}
      datasets: {chat: {path: chat.jsonl, format: messages}}
      """;

  @TempDir Path folder;

  @Test
  void readsNumbersAsTheyLookAndFillsDefaultsIn() throws IOException {
    JsonNode body =
        finetune(
            "optimizer: {learning_rate: 1e-4, betas: [0, 1.0e-1], max_grad_norm: null}\n"
                + "      train: {batch_size: 0x10, epochs: 2}");
    assertThat(body.at("/optimizer/learning_rate").doubleValue()).isEqualTo(1e-4);
    assertThat(body.at("/optimizer/betas").toString()).isEqualTo("[0.0,0.1]");
    assertThat(body.get("optimizer").get("max_grad_norm").isNull()).isTrue();
    assertThat(body.at("/optimizer/schedule").asText()).isEqualTo("cosine");
    assertThat(body.at("/train/batch_size").intValue()).isEqualTo(16);
    assertThat(body.at("/train/epochs").toString()).isEqualTo("2.0");
    assertThat(body.at("/train/loss_on").isMissingNode()).isTrue();
  }

  @Test
  void aGivenKeySwitchesTheDefaultOfItsRivalOff() throws IOException {
    JsonNode body = finetune("train: {max_steps: 5}\n      optimizer: {warmup_steps: 0}");
    assertThat(body.get("train").has("epochs")).isFalse();
    assertThat(body.get("optimizer").has("warmup_ratio")).isFalse();
    assertThat(body.at("/optimizer/warmup_steps").intValue()).isZero();
  }

  @Test
  void substitutesEnvironmentAndDateOnly() throws IOException {
    JsonNode body = finetune("train: {epochs: \"${env:EPOCHS}\", device: \"on ${run.date}\"}");
    assertThat(body.at("/train/epochs").doubleValue()).isEqualTo(1.5);
    assertThat(body.at("/train/device").asText()).isEqualTo("on 2026-11-21");
    assertThat(
            JobFiles.problems(
                folder,
                HEAD + step("train: {device: \"${env:MISSING} ${HOME} ${env:HF_TOKEN} ${env:X\"}")))
        .containsExactly(
            "job.yaml:10:23: error: steps.tune.finetune.train.device: the environment variable"
                + " MISSING is not set",
            "job.yaml:10:23: error: steps.tune.finetune.train.device: unknown reference ${HOME};"
                + " allowed: env:NAME, run.date, matrix.AXIS",
            "job.yaml:10:23: error: steps.tune.finetune.train.device: secrets are not read into a"
                + " job; write secret:HF_TOKEN instead",
            "job.yaml:10:23: error: steps.tune.finetune.train.device: '${env:X' is not closed by"
                + " '}'");
  }

  @Test
  void anchorsAndMergeKeysSaveTyping() throws IOException {
    Path file =
        JobFiles.write(
            folder,
            HEAD
                + """
                steps:
                  a: {finetune: &tune {model: base, dataset: chat, lora: {rank: 4}}}
                  b: {finetune: {<<: *tune, lora: {rank: 8}}}
                """);
    JobSpec job = read(file, List.of());
    assertThat(job.step("b").body().at("/lora/rank").intValue()).isEqualTo(8);
    assertThat(job.step("b").body().get("dataset").asText()).isEqualTo("chat");
    assertThat(job.step("a").body().at("/lora/rank").intValue()).isEqualTo(4);
  }

  @Test
  void overridesWin() throws IOException {
    Path file = JobFiles.write(folder, HEAD + step("lora: {rank: 4}"));
    JobSpec job =
        read(
            file,
            List.of(
                "steps.tune.finetune.lora.rank=8",
                "steps.tune.finetune.train.epochs=0.5",
                "steps.tune.finetune.optimizer.betas=[0.5, 0.6]",
                "steps.tune.finetune.optimizer.betas[1]=0.7"));
    JsonNode body = job.step("tune").body();
    assertThat(body.at("/lora/rank").intValue()).isEqualTo(8);
    assertThat(body.at("/train/epochs").doubleValue()).isEqualTo(0.5);
    assertThat(body.at("/optimizer/betas/1").doubleValue()).isEqualTo(0.7);

    Problems problems = new Problems();
    JobFiles.reader().read(file, List.of("steps.tune.finetune.lora.rnak=8"), problems);
    assertThat(problems.sorted())
        .singleElement()
        .hasToString(
            "--set steps.tune.finetune.lora.rnak: error: steps.tune.finetune.lora.rnak: unknown"
                + " key; allowed: rank, alpha, dropout, targets, exclude, variant, init,"
                + " modules_to_save, rank_pattern, alpha_pattern, layers; did you mean 'rank'?");
    assertThatThrownBy(() -> JobFiles.reader().read(file, List.of("rank"), new Problems()))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.USAGE));
  }

  @Test
  void hostileYamlIsRefused() throws IOException {
    assertThat(JobFiles.problems(folder, "a: &a [*a]"))
        .singleElement()
        .asString()
        .contains("an alias contains itself");
    StringBuilder laughs = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 9; i++) {
      String one = "*a" + (i - 1) + ",";
      laughs.append("a%d: &a%d [%s]%n".formatted(i, i, one.repeat(10)));
    }
    assertThat(JobFiles.problems(folder, laughs.toString()))
        .singleElement()
        .asString()
        .contains("once aliases are expanded");
    assertThat(JobFiles.problems(folder, "[".repeat(100)))
        .singleElement()
        .asString()
        .contains("not valid YAML");
    assertThat(JobFiles.problems(folder, "name: !!java.net.URL [x]"))
        .singleElement()
        .asString()
        .startsWith("job.yaml:1:7: error: not valid YAML: Global tag is not allowed");
    assertThat(JobFiles.problems(folder, "a: 1\n---\nb: 2"))
        .singleElement()
        .asString()
        .contains("not valid YAML");
    assertThat(JobFiles.problems(folder, "")).containsExactly("job.yaml:1:1: error: is empty");
    assertThat(JobFiles.problems(folder, "- a"))
        .singleElement()
        .asString()
        .contains("expected a mapping with the keys apiVersion, name,");
    Files.write(folder.resolve("latin.yaml"), "name: \u00e9".getBytes(StandardCharsets.ISO_8859_1));
    Problems problems = new Problems();
    JobFiles.reader().read(folder.resolve("latin.yaml"), List.of(), problems);
    assertThat(problems.sorted()).singleElement().asString().endsWith("is not UTF-8 text");
    assertThatThrownBy(
            () -> JobFiles.reader().read(folder.resolve("none.yaml"), List.of(), new Problems()))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
  }

  @Test
  void tellsAllMistakesAtTheirPlaces() throws IOException {
    assertThat(
            JobFiles.problems(
                folder,
                """
                apiVersion: ingot/v2
                name: Small Job
                models:
                  base: {hub: ingot/tiny-base, revison: main}
                  base: {path: nowhere}
                datasets:
                  chat: {path: nope.jsonl, format: message}
                steps:
                  tune:
                    finetune:
                      model: bsae
                      dataset: 5
                      lora: {rnak: 16, dropout: 1}
                      train: {epochs: two, max_steps: 5, packing: yes}
                  other:
                    finetuen: {model: base}
                  empty: {}
                """))
        .containsExactly(
            "job.yaml:1:13: error: apiVersion: unknown value 'ingot/v2'; allowed: ingot/v1; did"
                + " you mean 'ingot/v1'?",
            "job.yaml:2:7: error: name: expected text like [a-z0-9][a-z0-9-]{0,63}, got the text"
                + " 'Small Job'",
            "job.yaml:4:32: error: models.base.revison: unknown key; allowed: hub, revision, path;"
                + " did you mean 'revision'?",
            "job.yaml:5:3: error: models.base: duplicate key; it is already at line 4",
            "job.yaml:7:16: error: datasets.chat.path: there is no file nope.jsonl",
            "job.yaml:7:36: error: datasets.chat.format: unknown value 'message'; allowed:"
                + " messages, sharegpt, alpaca, prompt-completion, text, preference, kto, tokens;"
                + " did you mean 'messages'?",
            "job.yaml:11:14: error: steps.tune.finetune.model: there is no 'bsae'; expected a"
                + " model, or a finetune or merge step; allowed: base, tune; did you mean 'base'?",
            "job.yaml:12:16: error: steps.tune.finetune.dataset: expected text, got the number 5;"
                + " write it in quotes if it is meant",
            "job.yaml:13:14: error: steps.tune.finetune.lora.rnak: unknown key; allowed: rank,"
                + " alpha, dropout, targets, exclude, variant, init, modules_to_save,"
                + " rank_pattern, alpha_pattern, layers; did you mean 'rank'?",
            "job.yaml:13:33: error: steps.tune.finetune.lora.dropout: expected a number >= 0 and <"
                + " 1, got the number 1",
            "job.yaml:14:23: error: steps.tune.finetune.train.epochs: expected a number > 0, got"
                + " the text 'two'",
            "job.yaml:14:28: error: steps.tune.finetune.train: only one of epochs, max_steps may"
                + " be given",
            "job.yaml:14:51: error: steps.tune.finetune.train.packing: expected true or false, got"
                + " the text 'yes'",
            "job.yaml:16:5: error: steps.other.finetuen: unknown key; allowed: finetune, merge,"
                + " quantize, evaluate, publish, matrix; did you mean 'finetune'?",
            "job.yaml:17:10: error: steps.empty: one of the keys finetune, merge, quantize,"
                + " evaluate, publish is missing");
  }

  private JsonNode finetune(String more) throws IOException {
    return read(JobFiles.write(folder, HEAD + step(more)), List.of()).step("tune").body();
  }

  private static String step(String more) {
    return """
        steps:
          tune:
            finetune:
              model: base
              dataset: chat
              %s
        """
        .formatted(more.strip());
  }

  private static JobSpec read(Path file, List<String> overrides) {
    Problems problems = new Problems();
    JobSpec job = JobFiles.reader().read(file, overrides, problems).orElseThrow();
    assertThat(problems.sorted()).isEmpty();
    return job;
  }
}
