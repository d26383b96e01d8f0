package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateCommandTest {
  private static final String QUICKSTART =
      Path.of(System.getProperty("ingot.root"), "jobs/quickstart.yaml").toString();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  @Test
  void aValidJob() {
    assertThat(run("validate", QUICKSTART)).isZero();
    assertThat(out.toString()).isEqualTo(QUICKSTART + ": valid, 6 steps\n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void mistakesGoToStderrOrIntoTheDocument() throws IOException {
    Path job = Files.writeString(folder.resolve("a.yaml"), "apiVersion: ingot/v1\nnmae: x\n");
    assertThat(run("validate", job.toString(), QUICKSTART)).isEqualTo(3);
    assertThat(out.toString()).isEqualTo(QUICKSTART + ": valid, 6 steps\n");
    assertThat(err.toString().lines())
        .containsExactly(
            job + ":1:1: error: steps: is missing; expected a mapping of names",
            job
                + ":2:1: error: nmae: unknown key; allowed: apiVersion, name, publisher, models,"
                + " hub, datasets, steps, schedule; did you mean 'name'?");
    out.getBuffer().setLength(0);
    assertThat(run("--json", "validate", job.toString())).isEqualTo(3);
    assertThat(out.toString())
        .contains("\"valid\":false", "\"line\":2", "\"path\":\"nmae\"", "\"suggestion\":\"name\"");
  }

  @Test
  void noSuchFile() {
    assertThat(run("validate", folder.resolve("none.yaml").toString())).isEqualTo(4);
    assertThat(err.toString()).contains("there is no file");
  }

  @Test
  void printsTheSchema() throws IOException {
    assertThat(run("schema")).isZero();
    assertThat(out.toString())
        .isEqualTo(
            Files.readString(Path.of(System.getProperty("ingot.root"), "configs/job.schema.json")));
  }

  private int run(String... arguments) {
    return Ingot.execute(
        new PrintWriter(out, true), new PrintWriter(err, true), Map.of(), false, arguments);
  }
}
