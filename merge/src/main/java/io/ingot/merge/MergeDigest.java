package io.ingot.merge;

import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** SHA-256 of everything that decides what a merge writes. */
public final class MergeDigest {
  private MergeDigest() {}

  /**
   * Of a merge of these models.
   *
   * @param source text of the recipe
   */
  public static String of(String source, MergeOptions options, Map<ModelRef, Model> models) {
    List<Participant> participants = new ArrayList<>();
    models.forEach((reference, model) -> participants.add(Participant.of(reference, model)));
    return of(source, options, participants);
  }

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
