package io.ingot.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** The name under which the output of a pure step is found again. */
public final class CacheKey {
  private CacheKey() {}

  /**
   * SHA-256, in hexadecimal, over everything that decides what a step makes. Neither the step's
   * name nor the run, the machine or any path is part of it.
   *
   * @param parametersJson canonical JSON, see {@link PlannedStep#parametersJson}
   * @param inputs digests by role
   */
  public static String of(
      String kind, int version, String parametersJson, Map<String, String> inputs) {
    StringBuilder text = new StringBuilder("ingot step 1\n");
    line(text, "kind", kind);
    line(text, "version", Integer.toString(version));
    line(text, "parameters", parametersJson);
    new TreeMap<>(inputs).forEach((role, digest) -> line(line(text, "input", role), "is", digest));
    return HexFormat.of().formatHex(sha256(text.toString()));
  }

  /** The length of the value makes the text unambiguous whatever the value holds. */
  private static StringBuilder line(StringBuilder text, String label, String value) {
    return text.append(label)
        .append(' ')
        .append(value.length())
        .append(' ')
        .append(value)
        .append('\n');
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
