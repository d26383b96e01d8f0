package io.ingot.train.chat.jinja;

import java.util.List;
import java.util.function.Supplier;

/** A Python generator: computed when it is first iterated, and empty afterwards. */
final class Lazy {
  private Supplier<List<Object>> source;

  Lazy(Supplier<List<Object>> source) {
    this.source = source;
  }

  List<Object> take() {
    Supplier<List<Object>> now = source;
    source = List::of;
    return now.get();
  }
}
