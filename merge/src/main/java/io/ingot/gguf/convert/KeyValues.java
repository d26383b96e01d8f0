package io.ingot.gguf.convert;

import io.ingot.gguf.GgufValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Metadata under construction. A key that is set again keeps its first place; empty texts and lists
 * are left out, as the reference writer does.
 */
final class KeyValues {
  private final SequencedMap<String, GgufValue> values = new LinkedHashMap<>();

  void text(String key, String value) {
    if (!value.isEmpty()) {
      values.put(key, GgufValue.of(value));
    }
  }

  void u32(String key, long value) {
    values.put(key, GgufValue.u32(value));
  }

  void i32(String key, int value) {
    values.put(key, GgufValue.i32(value));
  }

  void f32(String key, double value) {
    values.put(key, GgufValue.f32(value));
  }

  void flag(String key, boolean value) {
    values.put(key, GgufValue.of(value));
  }

  void texts(String key, List<String> list) {
    if (!list.isEmpty()) {
      values.put(key, GgufValue.strings(list));
    }
  }

  void put(String key, GgufValue value) {
    values.put(key, value);
  }

  SequencedMap<String, GgufValue> values() {
    return values;
  }
}
