package io.ingot.gguf.quant;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.gguf.GgmlType;
import io.ingot.gguf.GoldenGguf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Rows quantized and dequantized by ggml itself: every byte must be the same. */
class BlockGoldenTest {
  @TestFactory
  Stream<DynamicTest> quantizesLikeGgml() {
    Path blocks = GoldenGguf.part("blocks");
    JsonNode index = GoldenGguf.json(blocks.resolve("index.json"));
    List<DynamicTest> tests = new ArrayList<>();
    index
        .get("types")
        .fields()
        .forEachRemaining(
            type -> {
              for (String form : List.of("plain", "weighted", "wide-plain", "wide-weighted")) {
                if (type.getValue().has(form)) {
                  String name = type.getKey() + " " + form;
                  tests.add(
                      DynamicTest.dynamicTest(
                          name, () -> check(blocks, index, type.getKey(), form, type.getValue())));
                }
              }
            });
    return tests.stream();
  }

  private static void check(Path blocks, JsonNode index, String name, String form, JsonNode type) {
    BlockCodec codec = BlockCodecs.of(GgmlType.parse(name));
    boolean wide = form.startsWith("wide-");
    boolean weighted = form.endsWith("weighted");
    String same = type.get(form).path("same_as").asText(form);
    JsonNode description = type.get(same);
    Path golden = blocks.resolve(name + "." + same + ".bin");
    if (!Files.exists(golden)) {
      return;
    }
    byte[] expected = GoldenGguf.bytes(golden);
    float[] x = GoldenGguf.floats(blocks.resolve(wide ? "wide-inputs.f32" : "inputs.f32"));
    float[] weights = GoldenGguf.floats(blocks.resolve(wide ? "wide-weights.f32" : "weights.f32"));
    int columns = index.get(wide ? "wide_columns" : "columns").asInt();
    int rows = x.length / columns;
    Set<Integer> free = new HashSet<>();
    Set<Integer> rejected = new HashSet<>();
    description.path("undefined_rows").forEach(row -> free.add(row.asInt()));
    if (!wide) {
      index.path("overflow_rows").forEach(row -> free.add(row.asInt()));
    }
    description.path("rejected_rows").forEach(row -> rejected.add(row.asInt()));
    int rowBytes = (int) codec.type().rowBytes(columns);
    byte[] out = new byte[rowBytes];
    List<String> wrong = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      codec.quantize(x, row * columns, columns, weighted ? weights : null, row * columns, out, 0);
      boolean finite = codec.isFinite(out, 0, columns);
      if (rejected.contains(row)) {
        if (finite) {
          wrong.add("row " + row + " is not rejected");
        }
        continue;
      }
      if (free.contains(row)) {
        continue;
      }
      if (!finite) {
        wrong.add("row " + row + " is rejected");
      }
      int at = Arrays.mismatch(out, 0, rowBytes, expected, row * rowBytes, (row + 1) * rowBytes);
      if (at >= 0) {
        wrong.add("row " + row + " " + label(index, wide, row) + " differs at byte " + at);
      }
    }
    assertThat(wrong).isEmpty();
    checkDequantized(blocks, name, same, codec, expected, rows * columns);
  }

  private static void checkDequantized(
      Path blocks, String name, String form, BlockCodec codec, byte[] quantized, int count) {
    Path golden = blocks.resolve(name + "." + form + ".dequant.f32");
    if (!Files.exists(golden)) {
      return;
    }
    float[] expected = GoldenGguf.floats(golden);
    float[] restored = new float[count];
    codec.dequantize(quantized, 0, restored, 0, count);
    List<Integer> wrong = new ArrayList<>();
    for (int i = 0; i < count && wrong.size() < 5; i++) {
      boolean bothNan = Float.isNaN(restored[i]) && Float.isNaN(expected[i]);
      if (!bothNan
          && Float.floatToRawIntBits(restored[i]) != Float.floatToRawIntBits(expected[i])) {
        wrong.add(i);
      }
    }
    assertThat(wrong).as("restored values that differ").isEmpty();
  }

  @TestFactory
  Stream<DynamicTest> roundsSingleValuesLikeTheLibrary() {
    Path blocks = GoldenGguf.part("blocks");
    float[] x = GoldenGguf.floats(blocks.resolve("half-inputs.f32"));
    return Stream.of(GgmlType.F16, GgmlType.BF16)
        .map(
            type ->
                DynamicTest.dynamicTest(
                    type.name(),
                    () -> {
                      byte[] out = new byte[2 * x.length];
                      BlockCodecs.of(type).quantize(x, 0, x.length, null, 0, out, 0);
                      String file = "half-" + type.name().toLowerCase(java.util.Locale.ROOT);
                      byte[] expected = GoldenGguf.bytes(blocks.resolve(file + ".bin"));
                      for (int i = 0; i < x.length; i++) {
                        // The payload of a NaN is the library's own business.
                        if (!Float.isNaN(x[i])) {
                          assertThat(LittleEndian.uint16(out, 2 * i))
                              .as("value %d: %s", i, x[i])
                              .isEqualTo(LittleEndian.uint16(expected, 2 * i));
                        }
                      }
                    }));
  }

  private static String label(JsonNode index, boolean wide, int row) {
    return index.get(wide ? "wide_rows" : "rows").path(row).asText();
  }
}
