package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgufValue;
import io.ingot.gguf.GgufValueType;
import java.util.Map;
import java.util.Optional;

/** The metadata of a file, seen from its architecture: keys are given without its name. */
record FileMetadata(String architecture, Map<String, GgufValue> values) {
  private static final int MOST_LAYERS = 512;

  static FileMetadata of(Map<String, GgufValue> values) {
    GgufValue name = values.get("general.architecture");
    if (name == null || !name.isString()) {
      throw IngotException.invalid(
          "the file has no general.architecture, so it holds no model that could be run");
    }
    FileMetadata metadata = new FileMetadata(name.text(), values);
    long layers = metadata.require("block_count");
    if (layers < 1 || layers > MOST_LAYERS) {
      throw IngotException.invalid(
          metadata.key("block_count")
              + " is "
              + layers
              + "; 1 to "
              + MOST_LAYERS
              + " were expected");
    }
    return metadata;
  }

  private String key(String name) {
    return architecture + "." + name;
  }

  Optional<Long> number(String name) {
    GgufValue value = values.get(key(name));
    if (value == null) {
      return Optional.empty();
    }
    if (value.type() == GgufValueType.ARRAY && value.count() > 0) {
      return Optional.of((long) value.integers()[0]);
    }
    return Optional.of(value.integer());
  }

  long require(String name) {
    return number(name).orElseThrow(() -> IngotException.invalid("the file has no " + key(name)));
  }

  Optional<Double> real(String name) {
    return Optional.ofNullable(values.get(key(name))).map(GgufValue::real);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(key(name))).map(GgufValue::text);
  }
}
