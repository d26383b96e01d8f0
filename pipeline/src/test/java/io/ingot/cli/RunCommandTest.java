package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ingot.run.EngineLock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code run} and {@code runs} on a small job of real steps: pull, merge, card, review, publish.
 */
class RunCommandTest {
  private static final String JOB =
      """
      apiVersion: ingot/v1
      name: small
      publisher: {name: acme, kind: company}
      hub: {embedded: %s/jobs/quickstart/hub}
      models:
        base: {hub: ingot/tiny-base, revision: main}
      steps:
        blended:
          merge:
            merge_method: linear
            models:
              - {model: base, parameters: {weight: 0.25}}
              - {model: base, parameters: {weight: 0.75}}
            dtype: float32
            out_dtype: bfloat16
        release:
          publish:
            artifacts: [blended]
            to: {path: ./out}
            card: {summary: A mixture of a model with itself., intended_use: Tests., limitations: All.}
      """;

  private record Result(int code, String out, String err) {
    JsonNode json() throws IOException {
      return new JsonMapper().readTree(out);
    }
  }

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private Path job;

  @BeforeEach
  void write() throws IOException {
    job = folder.resolve("small.yaml");
    Files.writeString(job, JOB.formatted(System.getProperty("ingot.root")));
  }

  private Result ingot(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Map<String, String> environment =
        Map.of(
            "INGOT_HOME", folder.resolve("home").toString(),
            "HF_HOME", folder.resolve("hf").toString());
    int code =
        Ingot.execute(new PrintWriter(out), new PrintWriter(err), environment, false, arguments);
    return new Result(code, out.toString(), err.toString());
  }

  @Test
  void goesFromTheFileToThePublishedFolder() throws IOException {
    Result waiting = ingot("run", job.toString(), "--json");
    assertThat(waiting.code).as(waiting.err).isEqualTo(7);
    JsonNode document = waiting.json();
    List<String> keys = new ArrayList<>();
    document.fieldNames().forEachRemaining(keys::add);
    assertThat(keys).containsExactly("run", "state", "steps");
    assertThat(document.path("state").asText()).isEqualTo("in_review");
    assertThat(states(document))
        .containsExactly(
            "pull:base done",
            "blended done",
            "card:release done",
            "review:release in_review",
            "release in_review");
    JsonNode blended = document.path("steps").get(1);
    keys.clear();
    blended.fieldNames().forEachRemaining(keys::add);
    assertThat(keys).containsExactly("name", "kind", "state", "artifact", "seconds", "reason");
    assertThat(Path.of(blended.path("artifact").asText()).resolve("config.json")).exists();
    assertThat(waiting.err).contains("ingot review approve");
    assertThat(folder.resolve("out")).doesNotExist();
    String run = document.path("run").asText();

    assertThat(ingot("runs", "list").out).contains(run, "in_review");
    assertThat(ingot("runs", "show", run).out).contains("review:release", "in_review");
    assertThat(ingot("runs", "logs", run, "blended").out).contains("artifact ");
    assertThat(ingot("verify", blended.path("artifact").asText()).out).startsWith("intact");

    Result done = ingot("run", job.toString(), "--approve", "ann");
    assertThat(done.code).as(done.err).isZero();
    assertThat(done.err).contains("going on with run " + run).doesNotContain("> blended");
    assertThat(folder.resolve("out/README.md")).exists();

    Result again = ingot("run", job.toString(), "--json");
    assertThat(again.code).as(again.err).isZero();
    assertThat(states(again.json())).allMatch(state -> state.endsWith(" cached"));
    for (JsonNode step : again.json().path("steps")) {
      assertThat(step.path("reason").asText()).isNotBlank();
    }
  }

  @Test
  void doesAnewWhatWasDamagedOnly() throws IOException {
    JsonNode first = ingot("run", job.toString(), "--json").json();
    Path artifact = Path.of(first.path("steps").get(1).path("artifact").asText());
    Files.delete(artifact.resolve("config.json"));
    assertThat(ingot("verify", artifact.toString()).code).isEqualTo(1);
    assertThat(ingot("runs", "cancel", first.path("run").asText()).code).isZero();
    Result second = ingot("run", job.toString(), "--json");
    assertThat(states(second.json()))
        .startsWith("pull:base cached", "blended done", "card:release cached");
    assertThat(second.err).contains("blended: not from the cache: config.json is missing");
    assertThat(artifact.resolve("config.json")).exists();
  }

  @Test
  void endsWhenAPersonSaysNo() throws IOException {
    String run = ingot("run", job.toString(), "--json").json().path("run").asText();
    Result reject = ingot("review", "reject", run, "--by", "bob", "--reason", "too plain");
    assertThat(reject.code).as(reject.err).isZero();
    assertThat(ingot("runs", "show", run).out).contains("rejected by bob: too plain");
    assertThat(ingot("runs", "cancel", run).code).isEqualTo(5);
    Result again = ingot("run", job.toString());
    assertThat(again.code).as("a new run asks again").isEqualTo(7);
  }

  @Test
  void keepsWhatIsNeededWhenItCleansUp() throws IOException {
    String run = ingot("run", job.toString(), "--json").json().path("run").asText();
    assertThat(ingot("runs", "gc", "--keep-runs", "0", "--keep-days", "0", "--delete").out)
        .as("an unfinished run needs its artifacts")
        .startsWith("0 artifacts");
    ingot("runs", "cancel", run);
    Result show = ingot("runs", "gc", "--keep-runs", "0", "--keep-days", "0");
    assertThat(show.out).contains("3 artifacts", "--delete");
    assertThat(ingot("runs", "gc", "--keep-runs", "0", "--keep-days", "0", "--delete").out)
        .contains("3 artifacts");
    assertThat(states(ingot("run", job.toString(), "--json").json()))
        .startsWith("pull:base done", "blended done");
  }

  @Test
  void refusesWrongCalls() throws IOException {
    assertThat(ingot("run").code).isEqualTo(2);
    assertThat(ingot("run", job.toString(), "--resume").code).isEqualTo(2);
    assertThat(ingot("run", job.toString(), "--approve", " ").code).isEqualTo(2);
    assertThat(ingot("run", "--resume").code).isEqualTo(4);
    assertThat(ingot("run", "nothing.yaml").code).isEqualTo(4);
    assertThat(ingot("runs", "show", "x").code).isEqualTo(4);
    assertThat(ingot("runs").code).isEqualTo(2);
    assertThat(ingot("verify", folder.toString()).code).isEqualTo(4);
    Files.writeString(job, "apiVersion: ingot/v1\nname: x\nstep: {}\n");
    Result invalid = ingot("run", job.toString());
    assertThat(invalid.code).isEqualTo(3);
    assertThat(invalid.err).contains("small.yaml:3:1");
  }

  @Test
  void namesTheEngineThatHasTheHome() {
    try (EngineLock _ = EngineLock.acquire(folder.resolve("home"), "run other.yaml")) {
      Result refused = ingot("run", job.toString());
      assertThat(refused.code).isEqualTo(5);
      assertThat(refused.err)
          .contains("process " + ProcessHandle.current().pid(), "since 20", "run other.yaml");
      assertThat(ingot("runs", "list").code).as("reading works beside it").isZero();
    }
  }

  private static List<String> states(JsonNode document) {
    List<String> states = new ArrayList<>();
    for (JsonNode step : document.path("steps")) {
      states.add(step.path("name").asText() + " " + step.path("state").asText());
    }
    return states;
  }
}
