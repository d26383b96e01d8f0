package io.ingot.transplant;

import io.ingot.error.IngotException;
import java.util.Arrays;
import java.util.Locale;

/** For which matrices near misses count as matches. */
public enum Match {
  NO,
  EMBED,
  LM_HEAD,
  YES;

  boolean applies(boolean head) {
    return this == YES || this == (head ? LM_HEAD : EMBED);
  }

  /** By its name on the command line. */
  public static Match parse(String option, String name) {
    return Arrays.stream(values())
        .filter(m -> m.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                IngotException.usage(
                    option + ": '" + name + "' is none of no, embed, lm_head and yes"));
  }
}
