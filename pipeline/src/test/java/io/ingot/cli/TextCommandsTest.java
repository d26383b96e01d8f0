package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path QUICKSTART =
      Path.of(System.getProperty("ingot.root"), "jobs/quickstart");
  private static final String TINY = QUICKSTART.resolve("hub/ingot/tiny-base").toString();

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void tokenizesLines() throws IOException {
    Path lines = write("a.jsonl", "{\"text\": \"Hi\"}\n{\"text\": \"\u2028\"}\n");
    assertThat(run("tokenize", TINY, "--lines", lines.toString())).isZero();
    List<String> rows = out.toString().lines().toList();
    assertThat(rows).hasSize(2);
    JsonNode first = JSON.readTree(rows.getFirst());
    assertThat(first.path("text").asText()).isEqualTo("Hi");
    assertThat(first.path("ids")).isNotEmpty();
    assertThat(rows.get(1)).isASCII().contains("\\u2028");
  }

  @Test
  void tokenizeNeedsAText() {
    assertThat(run("tokenize", TINY)).isEqualTo(2);
    assertThat(err.toString()).contains("give either TEXT or --lines FILE");
    assertThat(run("tokenize", folder.resolve("none").toString(), "x")).isEqualTo(4);
  }

  @Test
  void rendersChats() throws IOException {
    Path template = write("t.jinja", "{{ messages[0].content }}{{ strftime_now('%Y') }}");
    Path one = write("c.json", "{\"messages\": [{\"content\": \"Hi \"}]}");
    assertThat(
            run(
                "chat",
                "render",
                template.toString(),
                one.toString(),
                "--now",
                "2026-08-24T10:20:30"))
        .isZero();
    assertThat(out.toString()).isEqualTo("Hi 2026");
    out.getBuffer().setLength(0);
    Path many = write("c.jsonl", "{\"messages\": [{\"content\": \"a\"}]}\n{\"messages\": null}\n");
    assertThat(
            run(
                "chat",
                "render",
                template.toString(),
                many.toString(),
                "--now",
                "2025-01-01T00:00"))
        .isZero();
    assertThat(out.toString().lines().toList().getFirst()).isEqualTo("{\"text\":\"a2025\"}");
    assertThat(out.toString().lines().toList().get(1)).startsWith("{\"error\":");
    assertThat(run("chat", "render", template.toString(), one.toString(), "--now", "noon"))
        .isEqualTo(2);
    Path broken = write("b.jinja", "\n{% if %}");
    assertThat(run("chat", "render", broken.toString(), one.toString())).isEqualTo(3);
    assertThat(err.toString()).contains(broken + ", line 2");
  }

  @Test
  void printsRowsAsTheTrainerSeesThem() throws IOException {
    Path file =
        write(
            "a.jsonl",
            "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\","
                + " \"content\": \"b\"}]}\n");
    assertThat(run("data", "rows", file.toString(), "--format", "messages", "--tokenizer", TINY))
        .isZero();
    JsonNode row = JSON.readTree(out.toString());
    assertThat(row.path("input_ids").size()).isEqualTo(row.path("labels").size()).isPositive();
    assertThat(run("data", "rows", file.toString(), "--format", "nope", "--tokenizer", TINY))
        .isEqualTo(2);
    assertThat(err.toString()).contains("unknown dataset format 'nope'; known: messages");
    Path empty = write("b.jsonl", "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}\n");
    assertThat(run("data", "rows", empty.toString(), "--format", "messages", "--tokenizer", TINY))
        .isEqualTo(3);
    assertThat(err.toString()).contains(empty + ":1: no message has the role 'assistant'");
  }

  @Test
  void inspectsRowsWithTrainedPartsMarked() throws IOException {
    String file = QUICKSTART.resolve("data/skill-b.train.jsonl").toString();
    assertThat(run("data", "inspect", file, "--tokenizer", TINY, "--n", "1")).isZero();
    assertThat(out.toString()).contains("\u00abThe town is Millmouth.<|im_end|>\u00bb");
    assertThat(out.toString()).contains("2000 of 2000 rows");
    out.getBuffer().setLength(0);
    assertThat(run("--json", "data", "inspect", file, "--tokenizer", TINY, "--n", "2")).isZero();
    JsonNode document = JSON.readTree(out.toString()).path("datasets").get(0);
    assertThat(document.path("kept").asInt()).isEqualTo(2000);
    assertThat(document.path("rows")).hasSize(2);
    assertThat(run("data", "inspect", file)).isEqualTo(2);
  }

  @Test
  void inspectsTheDatasetsOfAJob() throws IOException {
    String job = QUICKSTART.resolveSibling("quickstart.yaml").toString();
    assertThat(
            run(
                "--json",
                "--home",
                folder.resolve("home").toString(),
                "data",
                "inspect",
                job,
                "--n",
                "1"))
        .as(err.toString())
        .isZero();
    assertThat(JSON.readTree(out.toString()).path("datasets")).hasSize(2);
  }

  @Test
  void generatesAndEvaluates() throws IOException {
    assertThat(
            run(
                "generate",
                TINY,
                "Hello. I need three zinc hinges.",
                "--system",
                "Answer the customer in a friendly way.",
                "--max-new-tokens",
                "8",
                "--device",
                "cpu"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString().strip()).isNotEmpty().doesNotContain("<|im_end|>");
    out.getBuffer().setLength(0);
    assertThat(
            run(
                "--json",
                "--quiet",
                "evaluate",
                TINY,
                "--dataset",
                QUICKSTART.resolve("data/corpus.heldout.txt").toString(),
                "--metric",
                "perplexity",
                "--limit",
                "2",
                "--device",
                "cpu"))
        .as(err.toString())
        .isZero();
    JsonNode result = JSON.readTree(out.toString());
    assertThat(result.path("rows").asInt()).isEqualTo(2);
    assertThat(result.path("value").asDouble()).isBetween(1.5, 2.5);
    assertThat(
            run(
                "evaluate",
                TINY,
                "--dataset",
                QUICKSTART.resolve("data/corpus.heldout.txt").toString(),
                "--metric",
                "kl_divergence"))
        .isEqualTo(2);
  }

  @Test
  void aGgufFileIsMeasuredAndSpeaksForItself() throws IOException {
    String gguf = folder.resolve("tiny.gguf").toString();
    assertThat(run("convert", TINY, "--outfile", gguf, "--outtype", "f16", "--pre", "qwen2"))
        .as(err.toString())
        .isZero();
    out.getBuffer().setLength(0);
    assertThat(run("--json", "tokenize", gguf, "<|im_start|>Hi 42<|im_end|>")).isZero();
    assertThat(run("--json", "tokenize", TINY, "<|im_start|>Hi 42<|im_end|>")).isZero();
    List<String> tokens = out.toString().lines().toList();
    assertThat(tokens.getFirst()).isEqualTo(tokens.get(1));
    out.getBuffer().setLength(0);
    for (String model : List.of(gguf, TINY)) {
      assertThat(
              run(
                  "--json",
                  "--quiet",
                  "evaluate",
                  model,
                  "--dataset",
                  QUICKSTART.resolve("data/corpus.heldout.txt").toString(),
                  "--metric",
                  "perplexity",
                  "--limit",
                  "2",
                  "--device",
                  "cpu"))
          .as(err.toString())
          .isZero();
    }
    List<String> values = out.toString().lines().toList();
    assertThat(JSON.readTree(values.getFirst()).path("value").asDouble())
        .isCloseTo(JSON.readTree(values.get(1)).path("value").asDouble(), within(1e-3));
  }

  private int run(String... arguments) {
    return Ingot.execute(new PrintWriter(out), new PrintWriter(err), Map.of(), false, arguments);
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}
