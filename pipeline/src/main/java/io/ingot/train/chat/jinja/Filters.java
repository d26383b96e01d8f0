package io.ingot.train.chat.jinja;

import java.util.HashMap;
import java.util.Map;

/** All filters by name. */
final class Filters {
  private static final Map<String, Filter> ALL = new HashMap<>();

  static {
    TextFilters.register(ALL);
    SequenceFilters.register(ALL);
    NumberFilters.register(ALL);
  }

  private Filters() {}

  static boolean exists(String name) {
    return ALL.containsKey(name);
  }

  static Filter find(String name) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw TemplateException.type("No filter named '" + name + "'.");
    }
    return filter;
  }
}
