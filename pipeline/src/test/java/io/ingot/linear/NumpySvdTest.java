package io.ingot.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.PythonPeer;
import io.ingot.tensor.Parallel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept, compared with the best truncation by LAPACK in double. */
class NumpySvdTest {
  private static final int ROWS = 640;
  private static final int COLUMNS = 1500;

  /** Noise alone, a falling spectrum, and a fine-tune in bfloat16: low rank plus rounding. */
  private static final String SCRIPT =
      """
      import sys, json, numpy as np
      rng = np.random.default_rng(1)
      m, n = 640, 1500
      noise = rng.standard_normal((m, n))
      u = np.linalg.qr(rng.standard_normal((m, m)))[0]
      v = np.linalg.qr(rng.standard_normal((n, m)))[0]
      falling = (u * np.arange(1, m + 1) ** -0.5) @ v.T
      def bf16(x):
          bits = x.astype(np.float32).view(np.uint32)
          return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).view(np.float32)
      base = bf16(noise * 0.02)
      tuned = bf16(base + 1e-4 * rng.standard_normal((m, 24)) @ rng.standard_normal((24, n)))
      result = {}
      for name, matrix in dict(noise=noise, falling=falling, tuned=tuned - base).items():
          matrix = matrix.astype(np.float32)
          matrix.tofile(f"{sys.argv[1]}/{name}")
          s = np.linalg.svd(matrix.astype(np.float64), compute_uv=False)
          result[name] = {str(r): float((s[:r] ** 2).sum()) for r in (8, 32, 100)}
      print(json.dumps(result))
      """;

  @TempDir Path dir;

  @Test
  void keepsAsMuchAsTheBestTruncation() throws Exception {
    PythonPeer python = PythonPeer.with("numpy");
    JsonNode best = new ObjectMapper().readTree(python.run(SCRIPT, Map.of(), dir));
    try (Parallel parallel = Parallel.ofProcessors()) {
      for (Map.Entry<String, JsonNode> spectrum : best.properties()) {
        float[] matrix = new float[ROWS * COLUMNS];
        ByteBuffer.wrap(Files.readAllBytes(dir.resolve(spectrum.getKey())))
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer()
            .get(matrix);
        for (Map.Entry<String, JsonNode> rank : spectrum.getValue().properties()) {
          TruncatedSvd svd =
              TruncatedSvd.of(
                      MatrixSource.of(matrix, ROWS, COLUMNS),
                      Integer.parseInt(rank.getKey()),
                      parallel)
                  .orElseThrow();
          double optimum = rank.getValue().asDouble();
          assertThat(svd.energy() * svd.squares())
              .as("%s, rank %s", spectrum.getKey(), rank.getKey())
              .isCloseTo(optimum, within(1e-5 * optimum));
        }
      }
    }
  }
}
