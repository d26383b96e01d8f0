package io.ingot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * The real Python libraries, where the machine has them: the interpreter is INGOT_TEST_PYTHON, else
 * {@code python3}.
 */
public final class PythonPeer {
  private final String interpreter;

  private PythonPeer(String interpreter) {
    this.interpreter = interpreter;
  }

  /** A Python with these modules; the test is skipped with a message when there is none. */
  public static PythonPeer with(String... modules) {
    String interpreter = System.getenv().getOrDefault("INGOT_TEST_PYTHON", "python3");
    boolean there;
    try {
      Process probe =
          new ProcessBuilder(interpreter, "-c", "import " + String.join(", ", modules))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      there = probe.waitFor(2, TimeUnit.MINUTES) && probe.exitValue() == 0;
    } catch (IOException e) {
      there = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      there = false;
    }
    Assumptions.assumeTrue(
        there,
        () ->
            interpreter
                + " has not all of "
                + String.join(", ", modules)
                + "; install them and set INGOT_TEST_PYTHON to run this test");
    return new PythonPeer(interpreter);
  }

  /** Runs a script and returns what it prints; stderr is shown when it fails. */
  public String run(String script, Map<String, String> environment, Object... arguments)
      throws IOException, InterruptedException {
    Path file = Files.createTempFile("peer", ".py");
    Path err = Files.createTempFile("peer", ".err");
    try {
      Files.writeString(file, script);
      List<String> command = new ArrayList<>(List.of(interpreter, file.toString()));
      for (Object argument : arguments) {
        command.add(argument.toString());
      }
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(() -> read(err)).isZero();
      return out;
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(err);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
