package io.ingot.gguf.mix;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgmlType;
import io.ingot.gguf.GgufFile;
import io.ingot.gguf.GgufTensor;
import io.ingot.gguf.GgufValueType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Mean squares of the activations that meet each column of a weight matrix, by tensor name; stacked
 * experts one after the other.
 *
 * @param file as the user named it
 * @param dataset what it was computed on
 * @param chunks on how many chunks of text; 0 where unknown
 */
public record ImportanceMatrix(
    String file, Optional<String> dataset, long chunks, Map<String, float[]> weights) {
  private static final String SUMS = ".in_sum2";
  private static final String COUNTS = ".counts";

  /**
   * Reads a file of llama-imatrix, GGUF or the older format.
   *
   * @throws IngotException when it is broken or holds values that are not finite
   */
  public static ImportanceMatrix read(String name) {
    Path file = Path.of(name);
    if (!Files.isRegularFile(file)) {
      throw IngotException.notFound(file + ": no such importance matrix");
    }
    ImportanceMatrix matrix = GgufFile.looksLike(file) ? readGguf(name, file) : readOld(name, file);
    matrix.weights.forEach(
        (tensor, values) -> {
          for (float value : values) {
            if (!Float.isFinite(value)) {
              throw broken(file, "the weights of '" + tensor + "' hold " + value);
            }
          }
        });
    return matrix;
  }

  /** The same without the tensors that no name (or a given one) of these is part of. */
  public ImportanceMatrix filtered(List<String> included, List<String> excluded) {
    Map<String, float[]> kept = new LinkedHashMap<>();
    weights.forEach(
        (name, values) -> {
          boolean in = included.isEmpty() || included.stream().anyMatch(name::contains);
          if (in && excluded.stream().noneMatch(name::contains)) {
            kept.put(name, values);
          }
        });
    return new ImportanceMatrix(file, dataset, chunks, kept);
  }

  private static ImportanceMatrix readGguf(String name, Path file) {
    try (GgufFile gguf = GgufFile.open(file)) {
      var datasets = gguf.value("imatrix.datasets");
      var count = gguf.value("imatrix.chunk_count");
      if (datasets.isEmpty() || count.isEmpty() || gguf.value("imatrix.chunk_size").isEmpty()) {
        throw broken(file, "imatrix.datasets, .chunk_count or .chunk_size is missing");
      }
      Map<String, float[]> sums = new TreeMap<>();
      Map<String, float[]> counts = new TreeMap<>();
      for (GgufTensor tensor : gguf.tensors()) {
        String tensorName = tensor.name();
        if (tensorName.endsWith(SUMS)) {
          sums.put(stem(tensorName, SUMS), floats(file, gguf, tensor));
        } else if (tensorName.endsWith(COUNTS)) {
          counts.put(stem(tensorName, COUNTS), floats(file, gguf, tensor));
        }
      }
      if (!sums.keySet().equals(counts.keySet()) || sums.isEmpty()) {
        throw broken(file, "sums and counts do not belong together, or there are none");
      }
      Map<String, float[]> weights = new TreeMap<>();
      sums.forEach(
          (tensor, values) ->
              weights.put(
                  tensor,
                  means(
                      file, tensor, values, java.util.Objects.requireNonNull(counts.get(tensor)))));
      Optional<String> dataset =
          datasets.get().isArrayOf(GgufValueType.STRING)
              ? datasets.get().texts().stream().findFirst()
              : Optional.empty();
      return new ImportanceMatrix(name, dataset, count.get().integer(), weights);
    }
  }

  private static String stem(String name, String ending) {
    return name.substring(0, name.length() - ending.length());
  }

  private static float[] floats(Path file, GgufFile gguf, GgufTensor tensor) {
    if (tensor.type() != GgmlType.F32) {
      throw broken(file, "'" + tensor.name() + "' is of type " + tensor.type() + ", not F32");
    }
    return gguf.data(tensor)
        .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
  }

  /** An expert that no token reached counts all columns alike. */
  private static float[] means(Path file, String tensor, float[] sums, float[] counts) {
    if (counts.length == 0 || sums.length % counts.length != 0) {
      throw broken(
          file, "'" + tensor + "' has " + sums.length + " sums for " + counts.length + " counts");
    }
    int columns = sums.length / counts.length;
    float[] means = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      float count = Math.round((double) counts[i / columns]);
      means[i] = count > 0 ? sums[i] / count : 1;
    }
    return means;
  }

  private static ImportanceMatrix readOld(String name, Path file) {
    ByteBuffer in;
    try {
      in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw IngotException.failed(file + ": cannot be read: " + e.getMessage());
    }
    int entries = number(file, in, 1, "the number of entries");
    Map<String, float[]> weights = new TreeMap<>();
    for (int i = 0; i < entries; i++) {
      String tensor = text(file, in, "the name of entry " + i);
      int calls = number(file, in, Integer.MIN_VALUE, "the calls of '" + tensor + "'");
      int count = number(file, in, 1, "the number of values of '" + tensor + "'");
      if (count > in.remaining() / 4) {
        throw broken(file, "'" + tensor + "' announces " + count + " values, but the file ends");
      }
      float[] values = new float[count];
      in.asFloatBuffer().get(values);
      in.position(in.position() + 4 * count);
      if (calls > 0) {
        for (int j = 0; j < count; j++) {
          values[j] /= calls;
        }
      }
      weights.put(tensor, values);
    }
    long chunks = in.remaining() >= 4 ? in.getInt() : 0;
    Optional<String> dataset = Optional.empty();
    if (in.remaining() >= 4) {
      String text = text(file, in, "the name of the data set");
      dataset = text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
    return new ImportanceMatrix(name, dataset, chunks, weights);
  }

  private static int number(Path file, ByteBuffer in, int least, String what) {
    if (in.remaining() < 4) {
      throw broken(file, "it ends inside " + what);
    }
    int value = in.getInt();
    if (value < least) {
      throw broken(file, what + " is " + value);
    }
    return value;
  }

  private static String text(Path file, ByteBuffer in, String what) {
    int length = number(file, in, 0, "the length of " + what);
    if (length > in.remaining()) {
      throw broken(file, what + " announces " + length + " bytes, but the file ends");
    }
    byte[] raw = new byte[length];
    in.get(raw);
    return new String(raw, StandardCharsets.UTF_8);
  }

  private static IngotException broken(Path file, String problem) {
    return IngotException.invalid(
        file + ": not a usable importance matrix: " + problem + ". Compute it again.");
  }
}
