package io.ingot.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.ingot.error.IngotException;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON header of a file, every claim of which was checked against the length of the file: known
 * dtypes, shapes that fill exactly their byte range, ranges that cover the data without holes,
 * overlaps or a rest.
 *
 * @param entries tensors by name, in the order of their data
 * @param metadata the strings of {@code __metadata__}
 */
record SafetensorsHeader(SequencedMap<String, Entry> entries, Map<String, String> metadata) {
  /** The format's own limit on the length of a header. */
  static final int MAX_BYTES = 100_000_000;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(4)
                  .maxNumberLength(20)
                  .maxStringLength(10_000_000)
                  .maxNameLength(10_000)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  /**
   * A tensor of the file.
   *
   * @param begin offset of its first byte behind the header
   * @param end offset behind its last byte
   */
  record Entry(TensorInfo info, long begin, long end) {}

  /**
   * Parses a header.
   *
   * @param file how messages name the file
   * @param dataBytes number of bytes behind the header
   * @throws IngotException naming the tensor and what is wrong with it
   */
  static SafetensorsHeader parse(String file, byte[] json, long dataBytes) {
    List<Entry> entries = new ArrayList<>();
    Map<String, String> metadata = new TreeMap<>();
    if (json.length == 0 || json[0] != '{') {
      throw corrupt(file, "its header does not begin with '{'");
    }
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        expect(file, parser.nextToken(), JsonToken.START_OBJECT, name);
        if (name.equals("__metadata__")) {
          readMetadata(file, parser, metadata);
        } else {
          entries.add(readEntry(file, name, parser));
        }
      }
      expect(file, parser.currentToken(), JsonToken.END_OBJECT, "the header");
      if (parser.nextToken() != null) {
        throw corrupt(file, "its header goes on behind the closing brace");
      }
    } catch (IOException e) {
      String reason = e.getMessage() == null ? "" : e.getMessage().lines().findFirst().orElse("");
      throw corrupt(file, "its header is not valid JSON: " + reason);
    }
    return new SafetensorsHeader(ordered(file, entries, dataBytes), metadata);
  }

  private static void readMetadata(String file, JsonParser parser, Map<String, String> metadata)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      expect(file, parser.nextToken(), JsonToken.VALUE_STRING, "__metadata__." + key);
      metadata.put(key, parser.getText());
    }
  }

  private static Entry readEntry(String file, String name, JsonParser parser) throws IOException {
    @Nullable DType dtype = null;
    @Nullable List<Long> shape = null;
    @Nullable List<Long> offsets = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (key) {
        case "dtype" -> {
          expect(file, value, JsonToken.VALUE_STRING, name + ".dtype");
          dtype = dtype(file, name, parser.getText());
        }
        case "shape" -> shape = numbers(file, name + ".shape", parser);
        case "data_offsets" -> offsets = numbers(file, name + ".data_offsets", parser);
        default -> throw corrupt(file, "tensor '" + name + "' has the unknown key '" + key + "'");
      }
    }
    if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
      throw corrupt(
          file, "tensor '" + name + "' needs dtype, shape and two data_offsets, and lacks some");
    }
    TensorInfo info = new TensorInfo(name, dtype, shape);
    long bytes;
    try {
      bytes = info.byteSize();
    } catch (ArithmeticException e) {
      throw corrupt(file, "tensor '" + name + "' of shape " + shape + " has too many elements");
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (end < begin || end - begin != bytes) {
      throw corrupt(
          file,
          "tensor '%s' of dtype %s and shape %s takes %d bytes, but its data_offsets are [%d, %d]"
              .formatted(name, dtype, shape, bytes, begin, end));
    }
    return new Entry(info, begin, end);
  }

  private static DType dtype(String file, String tensor, String name) {
    for (DType dtype : DType.values()) {
      if (dtype.name().equals(name)) {
        return dtype;
      }
    }
    throw corrupt(
        file,
        "tensor '" + tensor + "' has the unknown dtype '" + name + "'; known: " + knownDtypes());
  }

  private static String knownDtypes() {
    return String.join(", ", java.util.Arrays.stream(DType.values()).map(Enum::name).toList());
  }

  private static List<Long> numbers(String file, String place, JsonParser parser)
      throws IOException {
    expect(file, parser.currentToken(), JsonToken.START_ARRAY, place);
    List<Long> numbers = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(file, parser.currentToken(), JsonToken.VALUE_NUMBER_INT, place);
      long number = parser.getLongValue();
      if (number < 0 || numbers.size() == 16) {
        throw corrupt(file, place + " must be at most 16 numbers of 0 or more");
      }
      numbers.add(number);
    }
    return numbers;
  }

  private static SequencedMap<String, Entry> ordered(
      String file, List<Entry> entries, long dataBytes) {
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    SequencedMap<String, Entry> ordered = new LinkedHashMap<>();
    long position = 0;
    for (Entry entry : entries) {
      if (entry.end() > dataBytes) {
        throw corrupt(
            file,
            "it is cut off: tensor '%s' ends at byte %d of the data, but only %d are there"
                .formatted(entry.info().name(), entry.end(), dataBytes));
      }
      if (entry.begin() != position) {
        throw corrupt(
            file,
            "tensor '%s' begins at byte %d of the data, where the one before ended at %d"
                .formatted(entry.info().name(), entry.begin(), position));
      }
      position = entry.end();
      ordered.put(entry.info().name(), entry);
    }
    if (position != dataBytes) {
      throw corrupt(
          file,
          "%d bytes of data are there, but the header describes only %d"
              .formatted(dataBytes, position));
    }
    return Collections.unmodifiableSequencedMap(ordered);
  }

  private static void expect(
      String file, @Nullable JsonToken token, JsonToken wanted, String place) {
    if (token != wanted) {
      throw corrupt(file, "its header has " + token + " where " + wanted + " belongs: " + place);
    }
  }

  static IngotException corrupt(String file, String what) {
    return IngotException.invalid(
        file + " is no valid safetensors file: " + what + ". Download or write it again.");
  }
}
