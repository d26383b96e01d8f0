package io.ingot.step.publish;

import io.ingot.step.StepInput;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Names of a publication: of the effect in the journal, and of its subject in the commit. */
final class EffectKey {
  private EffectKey() {}

  /** Hash of the content alone: card and artifacts. */
  static String subject(Map<String, StepInput> inputs) {
    StringBuilder text = new StringBuilder("ingot publication 1\n");
    new TreeMap<>(inputs)
        .forEach(
            (role, input) -> {
              if (role.equals("card") || role.startsWith("artifact:")) {
                text.append(role).append(' ').append(input.digest()).append('\n');
              }
            });
    return sha256(text.toString());
  }

  /** Hash of where it goes and what it is. */
  static String effect(String target, String revision, String subject) {
    return sha256("ingot effect 1\n" + target + "\n" + revision + "\n" + subject + "\n");
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
