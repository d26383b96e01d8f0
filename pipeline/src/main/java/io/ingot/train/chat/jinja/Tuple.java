package io.ingot.train.chat.jinja;

import java.util.List;

/** An immutable sequence; never equal to a list. */
record Tuple(List<Object> items) {
  static Tuple of(Object... items) {
    return new Tuple(List.of(items));
  }
}
