package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
  private static final Path JOBS = Path.of(System.getProperty("ingot.root"), "jobs");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  @Test
  void printsOneDocument() throws IOException {
    assertThat(plan("--json", JOBS.resolve("quickstart.yaml").toString())).isZero();
    JsonNode document = new ObjectMapper().readTree(out.toString());
    assertThat(document.get("job").asText()).isEqualTo("quickstart");
    assertThat(document.get("steps")).hasSize(9);
    assertThat(document.at("/licenses/0/verdict/license").asText()).isEqualTo("apache-2.0");
    assertThat(folder.resolve("home/db")).as("a plan leaves no database").doesNotExist();
  }

  @Test
  void aBlockedLicenseIsExitCodeSixWithTheReason() throws IOException {
    copy(JOBS, folder.resolve("jobs"));
    Path base = folder.resolve("jobs/quickstart/hub/ingot/tiny-base");
    Files.delete(base.resolve("LICENSE"));
    Files.writeString(base.resolve("README.md"), "---\nlicense: other\n---\n# Unknown\n");
    assertThat(plan(folder.resolve("jobs/quickstart.yaml").toString())).isEqualTo(6);
    assertThat(out.toString()).contains("license of release", "BLOCKED");
    assertThat(err.toString())
        .contains("error: 'release' may not be published to acme/fern-and-bolt-desk", "tiny-base");
  }

  @Test
  void mergesArePlannedFromHeadersBeforeAnythingIsTrained() throws IOException {
    String job = JOBS.resolve("quickstart.yaml").toString();
    assertThat(plan("--json", job)).isZero();
    JsonNode merge = new ObjectMapper().readTree(out.toString()).at("/merges/0");
    assertThat(merge.path("step").asText()).isEqualTo("blended");
    assertThat(merge.path("possible").asBoolean()).isTrue();
    assertThat(merge.path("tensors").asInt()).isEqualTo(39);
    assertThat(plan(job, "--set", "steps.blended.merge.parameters.density=-1")).isEqualTo(3);
    assertThat(err.toString())
        .contains("these merges cannot be made", "blended: ", "'density' is -1.0");
  }

  @Test
  void remoteCodeIsExitCodeSix() throws IOException {
    copy(JOBS, folder.resolve("jobs"));
    Path config = folder.resolve("jobs/quickstart/hub/ingot/tiny-base/config.json");
    Files.writeString(
        config,
        Files.readString(config).replaceFirst("\\{", "{\"auto_map\": {\"AutoModel\": \"x.Y\"},"));
    assertThat(plan(folder.resolve("jobs/quickstart.yaml").toString())).isEqualTo(6);
    assertThat(err.toString()).contains("models.base", "ingot/tiny-base", "auto_map");
  }

  @Test
  void aMistakeIsExitCodeThreeAtItsPlace() {
    String job = JOBS.resolve("quickstart.yaml").toString();
    assertThat(plan(job, "--set", "steps.gguf.quantize.types=[Q9]")).isEqualTo(3);
    assertThat(err.toString())
        .contains("--set steps.gguf.quantize.types: error: steps.gguf.quantize.types[0]: unknown");
    assertThat(out.toString()).isEmpty();
  }

  private int plan(String... arguments) {
    Map<String, String> environment =
        Map.of(
            "INGOT_HOME", folder.resolve("home").toString(),
            "HF_HOME", folder.resolve("hf").toString());
    return Ingot.execute(
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        environment,
        false,
        Stream.concat(Stream.of("plan"), Stream.of(arguments)).toArray(String[]::new));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : walk.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }
}
