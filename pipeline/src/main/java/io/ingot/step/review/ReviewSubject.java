package io.ingot.step.review;

import io.ingot.step.StepInput;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Exactly what a person decides about: the card, every artifact, every evaluation. A changed byte
 * in any of them is another subject.
 *
 * @param inputs digests by role: {@code card}, {@code artifact:NAME}, {@code evaluation:NAME}
 */
public record ReviewSubject(SortedMap<String, String> inputs) {
  /** The subject of a step with these inputs. */
  public static ReviewSubject of(Map<String, StepInput> inputs) {
    SortedMap<String, String> digests = new TreeMap<>();
    inputs.forEach(
        (role, input) -> {
          if (role.equals("card")
              || role.startsWith("artifact:")
              || role.startsWith("evaluation:")) {
            digests.put(role, input.digest());
          }
        });
    return new ReviewSubject(digests);
  }

  /** SHA-256 over roles and digests, in hexadecimal. */
  public String digest() {
    StringBuilder text = new StringBuilder("ingot review 1\n");
    inputs.forEach((role, digest) -> text.append(role).append(' ').append(digest).append('\n'));
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
