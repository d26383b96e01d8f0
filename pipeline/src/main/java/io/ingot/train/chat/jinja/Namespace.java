package io.ingot.train.chat.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one object whose fields a template may set. */
record Namespace(Map<String, Object> fields) {
  Namespace() {
    this(new LinkedHashMap<>());
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
