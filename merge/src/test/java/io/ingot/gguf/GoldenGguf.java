package io.ingot.gguf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** The golden data of this room: the repository's subset, or the set that golden.dir names. */
public final class GoldenGguf {
  private static final ObjectMapper JSON = new ObjectMapper();

  private GoldenGguf() {}

  /** A part of the golden data; the test is skipped where it is absent. */
  public static Path part(String name) {
    String root = System.getProperty("golden.dir", "");
    Path base = root.isEmpty() ? Path.of("src", "test", "resources", "golden") : Path.of(root);
    Path part = base.resolve("gguf").resolve(name).toAbsolutePath();
    assumeTrue(Files.exists(part), "no golden data at " + part);
    return part;
  }

  public static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static float[] floats(Path file) {
    byte[] raw = bytes(file);
    float[] values = new float[raw.length / 4];
    ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }
}
