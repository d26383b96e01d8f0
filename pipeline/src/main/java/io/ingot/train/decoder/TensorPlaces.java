package io.ingot.train.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the tensors of a program lie in its lists. The text says {@code p[@NAME]} for a tensor and
 * {@code linear(x, p, @NAME)} for a linear module, with names as in the model's files; here names
 * become numbers. A name with {@code *} stands for as many modules as there are experts, in a row.
 *
 * @param text the program with numbers
 * @param entries what lies where, in order
 */
record TensorPlaces(String text, List<Entry> entries) {
  /** Places of a linear module: weight, bias, A, B, magnitude, [scale, dropout]. */
  static final int LINEAR_PLACES = 6;

  private static final String NAME = "@([A-Za-z_][\\w.*|]*)";

  /**
   * A tensor or a linear module.
   *
   * @param name of the tensor ({@code input_layernorm.weight}) or the module ({@code mlp.up_proj})
   * @param place first place in the list
   */
  record Entry(String name, int place, boolean linear) {
    int places() {
      return linear ? LINEAR_PLACES : 1;
    }
  }

  /** Reads the names that follow the list {@code list}. */
  static TensorPlaces read(String text, char list, int experts) {
    Matcher names = Pattern.compile("\\b" + list + "(\\[|, )" + NAME).matcher(text);
    List<Entry> entries = new ArrayList<>();
    StringBuilder numbered = new StringBuilder();
    int next = 0;
    while (names.find()) {
      boolean linear = names.group(1).equals(", ");
      String name = names.group(2);
      int place = place(entries, name, linear, experts);
      if (place < 0) {
        place = next;
        next = add(entries, name, linear, next, experts);
      }
      names.appendReplacement(numbered, list + Matcher.quoteReplacement(names.group(1)) + place);
    }
    names.appendTail(numbered);
    return new TensorPlaces(numbered.toString(), List.copyOf(entries));
  }

  private static int place(List<Entry> entries, String name, boolean linear, int experts) {
    String first = expand(name, 0).getFirst();
    return entries.stream()
        .filter(e -> e.name().equals(first) && e.linear() == linear)
        .mapToInt(Entry::place)
        .findFirst()
        .orElse(-1);
  }

  private static int add(List<Entry> entries, String name, boolean linear, int next, int experts) {
    int count = name.contains("*") ? experts : 1;
    int at = next;
    for (int e = 0; e < count; e++) {
      for (String one : expand(name, e)) {
        Entry entry = new Entry(one, at, linear);
        entries.add(entry);
        at += entry.places();
      }
    }
    return at;
  }

  /** {@code experts.*.w1|w3|w2} of expert e: {@code experts.e.w1}, {@code experts.e.w3}, ... */
  private static List<String> expand(String name, int expert) {
    int star = name.indexOf('*');
    if (star < 0) {
      return List.of(name);
    }
    List<String> names = new ArrayList<>();
    for (String last : name.substring(star + 2).split("\\|")) {
      names.add(name.substring(0, star) + expert + "." + last);
    }
    return names;
  }

  /** Number of places. */
  int size() {
    return entries.isEmpty() ? 0 : entries.getLast().place() + entries.getLast().places();
  }

  List<Entry> linears() {
    return entries.stream().filter(Entry::linear).toList();
  }
}
