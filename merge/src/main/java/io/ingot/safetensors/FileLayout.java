package io.ingot.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where every byte of a file goes. Tensors are ordered by dtype (widest alignment first) and name,
 * as the reference library does, which keeps every tensor aligned.
 *
 * @param tensors in file order
 * @param header the eight bytes of length and the padded JSON
 * @param positions byte position in the file by tensor name
 * @param size of the whole file
 */
record FileLayout(List<TensorInfo> tensors, byte[] header, Map<String, Long> positions, long size) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static FileLayout of(List<TensorInfo> unordered, Map<String, String> metadata) {
    List<TensorInfo> tensors =
        unordered.stream()
            .sorted(
                Comparator.comparing(TensorInfo::dtype).reversed().thenComparing(TensorInfo::name))
            .toList();
    Map<String, Object> json = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      json.put("__metadata__", new TreeMap<>(metadata));
    }
    Map<String, Long> offsets = new HashMap<>();
    long offset = 0;
    for (TensorInfo tensor : tensors) {
      long end = offset + tensor.byteSize();
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("dtype", tensor.dtype().name());
      entry.put("shape", tensor.shape());
      entry.put("data_offsets", List.of(offset, end));
      if (json.put(tensor.name(), entry) != null) {
        throw new IllegalArgumentException("two tensors are named " + tensor.name());
      }
      offsets.put(tensor.name(), offset);
      offset = end;
    }
    byte[] header = header(json);
    offsets.replaceAll((name, at) -> at + header.length);
    return new FileLayout(tensors, header, offsets, header.length + offset);
  }

  /** Byte position of a tensor in the file. */
  long position(String tensor) {
    Long position = positions.get(tensor);
    if (position == null) {
      throw new IllegalArgumentException("no tensor " + tensor + " in this file");
    }
    return position;
  }

  private static byte[] header(Map<String, Object> json) {
    byte[] text;
    try {
      text = JSON.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
    int padded = (text.length + 7) / 8 * 8;
    ByteBuffer header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(padded).put(text);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.array();
  }
}
