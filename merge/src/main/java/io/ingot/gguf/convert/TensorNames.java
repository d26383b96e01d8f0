package io.ingot.gguf.convert;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of tensors in the Hub and in GGUF, without the endings {@code .weight} and {@code .bias};
 * {@code #} stands for a layer number.
 */
final class TensorNames {
  private static final Pattern NUMBER = Pattern.compile("(?<=\\.)\\d+(?=\\.)");

  private final Map<String, String> toGguf = new HashMap<>();
  private final Map<String, String> toHub = new HashMap<>();

  /**
   * @param table lines {@code hub-name gguf-name}
   */
  TensorNames(String table) {
    table
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(pair -> pair.length == 2)
        .forEach(
            pair -> {
              toGguf.put(pair[0], pair[1]);
              toHub.putIfAbsent(pair[1], pair[0]);
            });
  }

  /** Name in GGUF, its ending kept; empty for a name that the family does not have. */
  Optional<String> gguf(String hub) {
    return translate(hub, toGguf);
  }

  /** Name in the Hub, its ending kept. */
  Optional<String> hub(String gguf) {
    return translate(gguf, toHub);
  }

  private static Optional<String> translate(String name, Map<String, String> table) {
    String ending = "";
    for (String known : new String[] {".weight", ".bias"}) {
      if (name.endsWith(known)) {
        ending = known;
      }
    }
    String stem = name.substring(0, name.length() - ending.length());
    String exact = table.get(stem);
    if (exact != null) {
      return Optional.of(exact + ending);
    }
    Matcher number = NUMBER.matcher(name);
    if (!number.find()) {
      return Optional.empty();
    }
    String pattern = stem.substring(0, number.start()) + "#" + stem.substring(number.end());
    String found = table.get(pattern);
    return found == null
        ? Optional.empty()
        : Optional.of(found.replace("#", number.group()) + ending);
  }
}
