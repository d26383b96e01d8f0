package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * What the people who run this installation allow; read from {@code configs/policy.yaml}.
 *
 * @param unreviewed where {@code review: none} is accepted: {@code never}, {@code path} (folders
 *     only) or {@code always}
 */
public record Policy(String unreviewed) {
  private static final Set<String> KNOWN = Set.of("never", "path", "always");

  /** What holds without a file. */
  public static final Policy STRICT = new Policy("never");

  /**
   * Reads a policy; a missing file is the strict one.
   *
   * @throws IngotException INVALID for a file that says something else
   */
  public static Policy read(Path file) {
    if (!Files.exists(file)) {
      return STRICT;
    }
    try {
      JsonNode tree = new YAMLMapper().readTree(Files.readString(file));
      String value = tree.path("review").path("none").asText("never");
      if (!KNOWN.contains(value)) {
        throw IngotException.invalid(
            file + ": review.none: unknown value '" + value + "'; allowed: never, path, always");
      }
      return new Policy(value);
    } catch (IOException e) {
      throw new IngotException(ErrorKind.INVALID, file + ": " + e.getMessage(), e);
    }
  }

  /** The policy of this installation. */
  public static Policy installed() {
    String root = System.getProperty("ingot.root");
    return root == null ? STRICT : read(Path.of(root, "configs", "policy.yaml"));
  }

  /** Whether a publication may go without a review. */
  boolean allowsUnreviewed(boolean toFolder) {
    return unreviewed.equals("always") || unreviewed.equals("path") && toFolder;
  }
}
