package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.store.ContentDigest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code merge} says before, at its end and in the card, with licenses. */
class MergePlanTest {
  private static final Path BASE =
      Path.of(System.getProperty("ingot.root", ".."))
          .resolve("jobs/quickstart/hub/ingot/tiny-base");

  @TempDir Path root;
  private String out = "";
  private String err = "";

  @BeforeEach
  void models() throws IOException {
    copy("a");
    copy("b");
  }

  private Path copy(String name) throws IOException {
    Path folder = Files.createDirectories(root.resolve(name));
    try (Stream<Path> files = Files.list(BASE)) {
      for (Path file : files.toList()) {
        Path target = folder.resolve(file.getFileName());
        if (file.toString().endsWith(".safetensors")) {
          Files.createLink(target, Files.copy(file, root.resolve(name + ".weights")));
        } else {
          Files.copy(file, target);
        }
      }
    }
    return folder;
  }

  private Path recipe(String extra) throws IOException {
    return Files.writeString(
        root.resolve("recipe.yml"),
        "merge_method: linear\nmodels:\n"
            + "  - {model: "
            + root.resolve("a")
            + ", parameters: {weight: 0.4}}\n  - {model: "
            + root.resolve("b")
            + ", parameters: {weight: 0.6}}\n"
            + extra);
  }

  private int run(Object... arguments) {
    StringWriter result = new StringWriter();
    StringWriter messages = new StringWriter();
    int code =
        Ingot.execute(
            new PrintWriter(result, true),
            new PrintWriter(messages, true),
            Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", root.resolve("hf").toString()),
            false,
            Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    out = result.toString();
    err = messages.toString();
    return code;
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(out);
  }

  private void adapter(String name, Path base) throws IOException {
    Files.writeString(
        Files.createDirectories(root.resolve(name)).resolve("adapter_config.json"),
        new ObjectMapper()
            .writeValueAsString(
                Map.of("peft_type", "LORA", "base_model_name_or_path", base.toString())));
  }

  @Test
  void adaptersThatNameEachOtherAsBaseAreRefused() throws Exception {
    adapter("self", root.resolve("self"));
    adapter("one", root.resolve("two"));
    adapter("two", root.resolve("one").resolve("../one"));
    for (String name : java.util.List.of("self", "one")) {
      Path recipe =
          Files.writeString(
              root.resolve("circle.yml"),
              "merge_method: passthrough\nmodels: [{model: " + root.resolve(name) + "}]\n");
      assertThat(run("merge", recipe, root.resolve("out"))).isEqualTo(3);
      assertThat(err).contains("name each other as their base").doesNotContain("StackOverflow");
    }
    assertThat(err).contains(root.resolve("one") + " -> " + root.resolve("two") + " -> ");
  }

  @Test
  void aPlanNamesEverythingAndWritesNothing() throws Exception {
    Path target = root.resolve("out");
    assertThat(run("merge", "--plan", recipe("dtype: float32\n"), target)).isZero();
    assertThat(out)
        .contains("method        linear", "3.7 M", "F32", "14.7 MB in 1 file", "free")
        .contains("apache-2.0, may be published", "The merge is possible.")
        .contains("memory        about");
    assertThat(run("--json", "merge", "--plan", recipe(""), target)).isZero();
    JsonNode plan = json();
    assertThat(plan.path("possible").asBoolean()).isTrue();
    assertThat(plan.path("tensors").asInt()).isEqualTo(39);
    assertThat(plan.path("outputs")).hasSize(39);
    assertThat(plan.path("disk_bytes").asLong()).isGreaterThan(7_000_000);
    assertThat(plan.path("free_bytes").asLong()).isPositive();
    assertThat(plan.at("/license/verdict/license").asText()).isEqualTo("apache-2.0");
    assertThat(plan.at("/license/blocked").asBoolean()).isFalse();
    assertThat(target).doesNotExist();
  }

  @Test
  void aPlanTellsAllProblemsAndTheLicenseThatForbidsToPublish() throws Exception {
    Files.writeString(root.resolve("a/README.md"), "---\nlicense: cc-by-nc-nd-4.0\n---\n");
    Files.delete(root.resolve("a/LICENSE"));
    Path recipe = recipe("  - {model: " + root.resolve("gone") + "}\n");
    assertThat(run("--json", "merge", "--plan", recipe, root.resolve("a/out"))).isEqualTo(3);
    JsonNode plan = json();
    assertThat(plan.path("possible").asBoolean()).isFalse();
    assertThat(plan.path("errors")).hasSize(2);
    assertThat(plan.path("errors").toString()).contains("gone", "lies inside");
    assertThat(plan.at("/license/blocked").asBoolean()).isTrue();
    assertThat(run("merge", recipe(""), root.resolve("out"))).isZero();
    assertThat(err)
        .contains("warning: the result must not be published: a: ")
        .contains("no-derivatives");
    assertThat(Files.readString(root.resolve("out/README.md")))
        .contains("To consider before publishing:", "no-derivatives");
  }

  @Test
  void remoteCodeIsRefusedInThePlan() throws Exception {
    Path config = root.resolve("a/config.json");
    Files.writeString(
        config,
        Files.readString(config).replaceFirst("\\{", "{\"auto_map\": {\"AutoModel\": \"x.Y\"},"));
    assertThat(run("merge", "--plan", recipe(""))).isEqualTo(6);
    assertThat(out).contains("errors", "auto_map", "never runs it", "--trust-remote-code");
    assertThat(run("merge", "--plan", "--trust-remote-code", recipe(""))).isZero();
  }

  @Test
  void theSummaryHashesTheFolderAsArtifactsAre() throws Exception {
    Path target = root.resolve("out");
    assertThat(run("merge", recipe(""), target)).isZero();
    String digest = ContentDigest.ofFiles(ContentDigest.scan(target));
    assertThat(out)
        .contains("39 tensors, 3.7 M parameters", "sha256  " + digest, "GB/s", "memory")
        .contains("14.7 MB read, 7.3 MB written");
    assertThat(run("--json", "merge", recipe(""), target)).isZero();
    JsonNode summary = json();
    assertThat(summary.path("sha256").asText()).isEqualTo(digest);
    assertThat(summary.path("read_bytes").asLong())
        .isEqualTo(2 * summary.path("written_bytes").asLong());
    assertThat(summary.path("peak_memory_bytes").asLong()).isPositive();
    assertThat(summary.path("files").findValuesAsText("name"))
        .contains("model.safetensors", "config.json", "tokenizer.json", "README.md", "LICENSE");
    assertThat(run("--json", "merge", "--no-sha256", recipe(""), target)).isZero();
    assertThat(json().path("sha256").asText()).isEmpty();
  }

  @Test
  void theCardCarriesTheLicenseOnAndNamesNoFolder() throws Exception {
    Path target = root.resolve("out");
    Files.writeString(root.resolve("b/NOTICE"), "Grown on the hills of Example.\n");
    assertThat(run("merge", recipe(""), target)).isZero();
    assertThat(run("--json", "card", "lint", target.resolve("README.md"))).isZero();
    String card = Files.readString(target.resolve("README.md"));
    assertThat(card)
        .startsWith("---\nlicense: apache-2.0\n")
        .contains("library_name: transformers", "- mergekit\n- merge\n")
        .contains("merge_method: linear", "| `a` |", "apache-2.0", "see [LICENSE](LICENSE)")
        .doesNotContain(root.toString());
    assertThat(target.resolve("LICENSE")).hasSameTextualContentAs(BASE.resolve("LICENSE"));
    assertThat(target.resolve("NOTICE")).content().contains("Grown on the hills of Example.");
    assertThat(target.resolve("mergekit_config.yml"))
        .hasSameTextualContentAs(root.resolve("recipe.yml"));
  }

  @Test
  void oneUnknownLicenseMakesThatOfTheResultUnknown() throws Exception {
    Files.delete(root.resolve("b/README.md"));
    Files.delete(root.resolve("b/LICENSE"));
    Path target = root.resolve("out");
    assertThat(run("merge", recipe(""), target)).isZero();
    assertThat(err).contains("b: no license is stated");
    assertThat(Files.readString(target.resolve("README.md")))
        .doesNotContain("license:")
        .contains("No license can be named", "b: no license is stated");
    assertThat(target.resolve("LICENSE")).doesNotExist();
  }

  @Test
  void noCardWhenNoneIsWanted() throws Exception {
    Path target = root.resolve("out");
    assertThat(run("merge", "--no-write-model-card", recipe(""), target)).isZero();
    assertThat(target.resolve("README.md")).doesNotExist();
    assertThat(target.resolve("mergekit_config.yml")).doesNotExist();
    assertThat(target.resolve("LICENSE")).doesNotExist();
    assertThat(target.resolve("model.safetensors")).exists();
  }

  @Test
  void anInputIsNeverTheTarget() throws Exception {
    Files.writeString(root.resolve("a/mergekit_config.yml"), "");
    assertThat(run("merge", recipe(""), root.resolve("a"))).isEqualTo(5);
    assertThat(err).contains("is the folder of model").contains("name another folder");
    assertThat(root.resolve("a/model.safetensors")).exists();
  }
}
