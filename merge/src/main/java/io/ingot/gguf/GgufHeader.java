package io.ingot.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The bytes in front of the tensor data, and where each tensor goes. */
final class GgufHeader {
  private static final int VERSION = 3;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteOrder order;
  private final List<GgufTensor> placed = new ArrayList<>();
  private final long dataBytes;

  /** Lays out a file with the default alignment. */
  GgufHeader(GgufOutput output, boolean withTensors, ByteOrder order) {
    this.order = order;
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    putInt(VERSION);
    putLong(output.tensors().size());
    putLong(output.metadata().size());
    output.metadata().forEach(this::putEntry);
    long offset = 0;
    for (OutputTensor tensor : output.tensors()) {
      GgufTensor at = tensor.at(offset);
      placed.add(at);
      putString(at.name());
      putInt(at.dims().size());
      at.dims().forEach(this::putLong);
      putInt(at.type().id());
      putLong(offset);
      offset += padded(at.bytes());
    }
    dataBytes = offset;
    if (withTensors) {
      out.writeBytes(new byte[(int) (padded(out.size()) - out.size())]);
    }
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  /** The tensors with their offsets, in order. */
  List<GgufTensor> placed() {
    return placed;
  }

  /** Bytes of the data part, padding after the last tensor included. */
  long dataBytes() {
    return dataBytes;
  }

  static long padded(long bytes) {
    return Math.ceilDiv(bytes, (long) GgufFile.DEFAULT_ALIGNMENT) * GgufFile.DEFAULT_ALIGNMENT;
  }

  private void putEntry(String key, GgufValue value) {
    putString(key);
    putInt(value.type().ordinal());
    GgufValueType element = value.element();
    if (element != null) {
      putInt(element.ordinal());
      putLong(value.count());
      if (element != GgufValueType.STRING) {
        putNumbers(value.raw(), element.bytes());
      } else if (order == ByteOrder.LITTLE_ENDIAN) {
        out.writeBytes(value.raw());
      } else {
        value.texts().forEach(this::putString);
      }
    } else if (value.isString()) {
      putLong(value.raw().length);
      out.writeBytes(value.raw());
    } else {
      putNumbers(value.raw(), value.type().bytes());
    }
  }

  private void putNumbers(byte[] littleEndian, int width) {
    byte[] raw = littleEndian;
    if (order == ByteOrder.BIG_ENDIAN) {
      raw = littleEndian.clone();
      ByteOrders.swap(raw, width);
    }
    out.writeBytes(raw);
  }

  private void putString(String text) {
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    putLong(raw.length);
    out.writeBytes(raw);
  }

  private void putInt(int value) {
    out.writeBytes(ByteBuffer.allocate(4).order(order).putInt(value).array());
  }

  private void putLong(long value) {
    out.writeBytes(ByteBuffer.allocate(8).order(order).putLong(value).array());
  }

  /** Entries of metadata for a shard: number, count of shards, count of all tensors. */
  static Map<String, GgufValue> shardEntries(int number, int count, int tensors) {
    Map<String, GgufValue> entries = new java.util.LinkedHashMap<>();
    entries.put("split.no", GgufValue.u16(number));
    entries.put("split.count", GgufValue.u16(count));
    entries.put("split.tensors.count", GgufValue.i32(tensors));
    return entries;
  }
}
