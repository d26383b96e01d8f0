package io.ingot.route;

import io.ingot.error.IngotException;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many steps of a pool run at once. A heavy step keeps all cores busy by itself, so a second
 * one beside it costs memory and gains little: there is one {@code cpu} slot, and one more for
 * every 8 cores, up to 4. The {@code gpu} has one. Steps of {@code io} wait for the network or the
 * disk most of the time.
 */
final class Slots {
  private static final String VARIABLE = "INGOT_CPU_SLOTS";

  private Slots() {}

  static Map<String, Integer> of(Map<String, String> environment) {
    Map<String, Integer> slots = new TreeMap<>();
    slots.put("cpu", cpu(environment));
    slots.put("gpu", 1);
    slots.put("io", 4);
    return slots;
  }

  private static int cpu(Map<String, String> environment) {
    String text = environment.getOrDefault(VARIABLE, "").strip();
    if (text.isEmpty()) {
      return Math.clamp(1 + Runtime.getRuntime().availableProcessors() / 8, 1, 4);
    }
    if (!text.matches("[1-9][0-9]?")) {
      throw IngotException.usage(VARIABLE + " is '" + text + "'; it must be a number from 1 to 99");
    }
    return Integer.parseInt(text);
  }
}
