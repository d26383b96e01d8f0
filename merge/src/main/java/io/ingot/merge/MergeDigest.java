package io.ingot.merge;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;

/** SHA-256 of everything that decides what a merge writes. */
final class MergeDigest {
  private MergeDigest() {}

  /**
   * @param source text of the recipe
   * @param participants by their {@link io.ingot.model.Model#fingerprint}
   */
  static String of(String source, MergeOptions options, Collection<Participant> participants) {
    StringBuilder text = new StringBuilder("ingot merge 1\0").append(source).append('\0');
    text.append(options.compatible()).append(' ').append(options.allowCrimes()).append(' ');
    text.append(options.seed()).append(' ').append(options.shardBytes()).append(' ');
    text.append(options.copyTokenizer()).append(' ').append(options.writeCard()).append('\0');
    for (Participant participant : participants) {
      text.append(participant.reference()).append('\0');
      text.append(participant.model().fingerprint()).append('\0');
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(digest.digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
