package io.ingot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TensorJvmOptionsTest {
  private static final Path OPTIONS =
      Path.of(System.getProperty("ingot.root"), "configs/tensor.jvmoptions");

  /** The JVM does not mind commands about classes that are gone. */
  @Test
  void namesClassesThatExist() throws Exception {
    List<String> names =
        Pattern.compile("CompileCommand=\\w+,([\\w.]+)::")
            .matcher(Files.readString(OPTIONS))
            .results()
            .map((MatchResult found) -> found.group(1))
            .distinct()
            .toList();
    assertThat(names).isNotEmpty();
    for (String name : names) {
      assertThat(Class.forName(name)).hasPackage("io.ingot.tensor");
    }
  }

  @Test
  void theJvmTakesThemAndSaysNothingMore() throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + OPTIONS,
                "-version")
            .redirectErrorStream(true)
            .start();
    String said = new String(java.getInputStream().readAllBytes());
    assertThat(java.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(java.exitValue()).as(said).isZero();
    assertThat(said.lines().filter(line -> !line.contains("incubator")))
        .allMatch(line -> line.contains("version") || line.contains("build"));
  }
}
