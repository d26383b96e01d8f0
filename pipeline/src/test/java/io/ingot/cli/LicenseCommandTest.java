package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.hub.server.EmbeddedHub;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code license} and {@code card}, as a user calls them. */
class LicenseCommandTest {
  @TempDir Path root;
  private final Map<String, String> environment = new HashMap<>();
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @BeforeEach
  void offline() {
    environment.put("HF_HUB_OFFLINE", "1");
    environment.put("HF_HOME", root.resolve("hf").toString());
    environment.put("INGOT_HOME", root.resolve("home").toString());
  }

  private int run(String... arguments) {
    out = new StringWriter();
    err = new StringWriter();
    return Ingot.execute(
        new PrintWriter(out, true), new PrintWriter(err, true), environment, false, arguments);
  }

  private JsonNode json() throws Exception {
    return new ObjectMapper().readTree(out.toString());
  }

  private Path model(String name, String card) throws Exception {
    Path folder = Files.createDirectories(root.resolve(name));
    Files.writeString(folder.resolve("README.md"), card);
    Files.writeString(folder.resolve("config.json"), "{}");
    return folder;
  }

  @Test
  void checksAFolder() throws Exception {
    Path folder = model("m", "---\nlicense: apache-2.0\n---\n");
    assertThat(run("license", "check", folder.toString())).isZero();
    assertThat(out.toString()).contains("apache-2.0, may be published").contains("ship LICENSE");
    assertThat(run("--json", "license", "check", folder.toString())).isZero();
    assertThat(json().path("blocked").asBoolean()).isFalse();
    assertThat(json().at("/licenses/0/verdict/license").asText()).isEqualTo("apache-2.0");
  }

  @Test
  void aBlockedFolderExitsWithSix() throws Exception {
    Path folder = model("m", "---\nlicense: unknown\n---\n");
    assertThat(run("license", "check", folder.toString(), "--json")).isEqualTo(6);
    assertThat(json().at("/licenses/0/verdict/findings/0/rule").asText())
        .isEqualTo("unknown-license");
    Path research = model("r", "---\nlicense: other\nlicense_name: mrl\n---\n");
    assertThat(run("license", "check", research.toString())).isEqualTo(6);
    assertThat(run("license", "check", research.toString(), "--publisher", "person")).isZero();
  }

  @Test
  void knowsTheBaseByItsNameWhereNoHubCanBeAsked() throws Exception {
    Path folder =
        model("m", "---\nlicense: apache-2.0\nbase_model: meta-llama/Llama-3.1-8B\n---\n");
    assertThat(run("license", "check", folder.toString(), "--as", "acme/desk")).isEqualTo(6);
    assertThat(out.toString()).contains("publish it as acme/Llama-desk").contains("relabeled");
    assertThat(run("license", "check", folder.toString(), "--as", "acme/Llama-desk")).isZero();
  }

  @Test
  void followsBasesOnTheHub() throws Exception {
    model("imports/up/base", "---\nlicense: cc-by-nc-4.0\n---\n");
    model("imports/up/tune", "---\nlicense: apache-2.0\nbase_model: up/base\n---\n");
    try (EmbeddedHub hub =
        EmbeddedHub.start(root.resolve("imports"), root.resolve("store"), 0, Optional.empty())) {
      environment.remove("HF_HUB_OFFLINE");
      environment.put("HF_ENDPOINT", hub.uri().toString());
      assertThat(run("license", "check", "up/tune", "--json")).isZero();
      assertThat(json().at("/licenses/0/verdict/license").asText()).isEqualTo("cc-by-nc-4.0");
      assertThat(run("license", "check", "up/nothing")).isEqualTo(4);
    }
  }

  @Test
  void checksAJobBeforeAnythingRuns() throws Exception {
    Path job = root.resolve("job.yaml");
    Files.writeString(root.resolve("rows.jsonl"), "{\"text\":\"a\"}\n");
    Path base = model("base", "---\nlicense: cc-by-nd-4.0\n---\n");
    Path tiny = Path.of(System.getProperty("ingot.root"), "jobs/quickstart/hub/ingot/tiny-base");
    for (String file :
        List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(tiny.resolve(file), base.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    Files.writeString(
        job,
        """
        apiVersion: ingot/v1
        name: check
        publisher: {name: acme, kind: company}
        models:
          base: {path: base}
        datasets:
          rows: {path: rows.jsonl, format: text}
        steps:
          tune:
            finetune: {model: base, dataset: rows, lora: {rank: 4, alpha: 8}}
          release:
            publish: {artifacts: [tune], to: {path: out}, card: {}}
        """);
    int code = run("license", "check", job.toString(), "--json");
    assertThat(err.toString()).isEmpty();
    assertThat(code).isEqualTo(6);
    assertThat(json().at("/licenses/0/subject").asText()).startsWith("release");
    assertThat(json().at("/licenses/0/verdict/findings/0/rule").asText())
        .isEqualTo("no-derivatives");
  }

  @Test
  void saysWhatItCannotFind() {
    assertThat(run("license", "check", "nothing.yaml")).isEqualTo(4);
    assertThat(err.toString()).contains("nothing.yaml");
    assertThat(run("license", "show", "llama9")).isEqualTo(4);
    assertThat(err.toString()).contains("llama2");
    assertThat(run("license")).isEqualTo(2);
    assertThat(run("card")).isEqualTo(2);
    assertThat(run("review")).isEqualTo(2);
  }

  @Test
  void showsALicense() throws Exception {
    assertThat(run("license", "show", "llama3.1")).isZero();
    assertThat(out.toString())
        .contains("Llama 3.1 Community License Agreement")
        .contains("Built with Llama")
        .contains("700 million");
    assertThat(run("license", "show", "Apache-2.0", "--json")).isZero();
    assertThat(json().path("id").asText()).isEqualTo("apache-2.0");
    assertThat(json().path("spdx").asText()).isEqualTo("Apache-2.0");
    assertThat(run("license", "show")).isZero();
    assertThat(out.toString()).contains("gemma").contains("cc-by-nc-4.0");
  }

  @Test
  void lintsACard() throws Exception {
    Path folder = model("m", "---\nlicense: apache-2.0\n---\n# x\n[More Information Needed]\n");
    assertThat(run("card", "lint", folder.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("placeholder");
    assertThat(run("card", "lint", folder.resolve("README.md").toString(), "--json")).isEqualTo(1);
    assertThat(json().path("passes").asBoolean()).isFalse();
    assertThat(json().path("failures").path(0).asText()).contains("More Information Needed");
    assertThat(run("card", "lint", root.resolve("none.md").toString())).isEqualTo(4);
    Path good = model("g", "---\nlicense: mit\n---\n# x\n");
    assertThat(run("card", "lint", good.toString())).isZero();
  }
}
