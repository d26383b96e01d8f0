package io.ingot.cli;

import io.ingot.gguf.GgufFile;
import io.ingot.gguf.GgufTensor;
import io.ingot.gguf.GgufValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code inspect} shows of a GGUF file. */
final class GgufListing {
  private static final int SHOWN_ELEMENTS = 6;
  private static final int SHOWN_TEXT = 100;

  private GgufListing() {}

  static void print(Path path, Console console) {
    try (GgufFile file = GgufFile.open(path)) {
      if (console.json()) {
        console.result(json(file));
        return;
      }
      console.result(
          "GGUF version "
              + file.version()
              + (file.isBigEndian() ? ", big-endian, " : ", ")
              + file.metadata().size()
              + " metadata values, "
              + file.tensors().size()
              + " tensors");
      file.metadata()
          .forEach(
              (key, value) ->
                  console.result("  " + key + " (" + value.label() + ") = " + shortened(value)));
      for (GgufTensor tensor : file.tensors()) {
        console.result(
            "  "
                + tensor.name()
                + " "
                + tensor.dims()
                + " "
                + tensor.type()
                + " @"
                + tensor.offset());
      }
    }
  }

  private static Map<String, Object> json(GgufFile file) {
    List<Object> values = new ArrayList<>();
    file.metadata().forEach((key, value) -> values.add(List.of(key, value.label(), value.plain())));
    List<Object> tensors = new ArrayList<>();
    for (GgufTensor tensor : file.tensors()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", tensor.name());
      entry.put("dims", tensor.dims());
      entry.put("type", tensor.type().name());
      entry.put("offset", tensor.offset());
      entry.put("bytes", tensor.bytes());
      tensors.add(entry);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("kv", values);
    result.put("tensors", tensors);
    return result;
  }

  private static String shortened(GgufValue value) {
    Object plain = value.plain();
    if (plain instanceof List<?> list && list.size() > SHOWN_ELEMENTS) {
      return list.subList(0, SHOWN_ELEMENTS) + " ... " + list.size() + " elements";
    }
    String text = plain.toString().replace("\n", "\\n");
    return text.length() > SHOWN_TEXT
        ? text.substring(0, SHOWN_TEXT) + "... " + text.length() + " characters"
        : text;
  }
}
