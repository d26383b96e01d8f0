package io.ingot.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.GoldenData;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.safetensors.ShardedTensors;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** PEFT's own merges of adapters: the coarse ones byte for byte, the others within their noise. */
class AdapterGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> foldsLikePeft() throws IOException {
    Path root = GoldenData.root().resolve("lora");
    assumeTrue(Files.isDirectory(root), "no golden adapters here");
    try (Stream<Path> cases = Files.list(root)) {
      List<Path> merges =
          cases.filter(c -> Files.exists(c.resolve("expected/merged.json"))).sorted().toList();
      return merges.stream()
          .filter(c -> Files.exists(c.resolve("adapter")) || Files.exists(c.resolve("init")))
          .map(c -> DynamicTest.dynamicTest(c.getFileName().toString(), () -> check(root, c)));
    }
  }

  private static void check(Path root, Path dir) throws Exception {
    JsonNode merged = JSON.readTree(dir.resolve("expected/merged.json").toFile());
    boolean exact = merged.has("sha256");
    String base =
        exact
            ? merged.path("base").asText()
            : JSON.readTree(dir.resolve("hparams.json").toFile()).path("base").asText();
    Path weights = root.resolve(base).resolve("model.safetensors");
    try (ShardedTensors stored = ShardedTensors.open(List.of(weights));
        TrainedAdapter adapter = TrainedAdapter.of(dir, exact)) {
      for (DType dtype : List.of(DType.F32, DType.BF16, DType.F16)) {
        String torch =
            switch (dtype) {
              case F32 -> "float32";
              case BF16 -> "bfloat16";
              default -> "float16";
            };
        AdaptedTensors adapted = new AdaptedTensors(new Cast(stored, dtype), adapter.opened());
        if (exact) {
          for (String name : adapted.changed()) {
            assertThat(sha256(adapted.data(name)))
                .as("%s in %s", name, torch)
                .isEqualTo(merged.path("sha256").path(name).path(torch).asText());
          }
          assertThat(adapted.changed()).hasSameSizeAs(merged.path("sha256"));
          continue;
        }
        Path expected = dir.resolve("expected/merged_" + torch + ".safetensors");
        if (Files.exists(expected)) {
          try (SafetensorsFile want = SafetensorsFile.open(expected)) {
            compare(adapted, want, dtype);
          }
        }
      }
    }
  }

  private static void compare(AdaptedTensors got, SafetensorsFile want, DType dtype) {
    assertThat(got.changed()).containsExactlyInAnyOrderElementsOf(want.tensors().keySet());
    long differing = 0;
    long all = 0;
    for (TensorInfo info : want.tensors().values()) {
      MemorySegment a = got.data(info.name());
      MemorySegment b = want.data(info.name());
      for (long i = 0; i < info.elements(); i++) {
        double x = Elements.readOne(dtype, a, i);
        double y = Elements.readOne(dtype, b, i);
        double step = dtype == DType.BF16 ? Math.ulp((float) y) * 65536 : 2e-6;
        assertThat(Math.abs(x - y))
            .as("%s[%d] %s", info.name(), i, dtype)
            .isLessThanOrEqualTo(step);
        differing += x == y ? 0 : 1;
        all++;
      }
    }
    if (dtype == DType.BF16) {
      assertThat(differing).isLessThanOrEqualTo(all / 500);
    }
  }

  private static String sha256(MemorySegment data) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(data.asByteBuffer());
    return HexFormat.of().formatHex(digest.digest()).toLowerCase(Locale.ROOT);
  }

  /** The adapter of a case: its own folder, or the configuration of init with trained weights. */
  private record TrainedAdapter(Adapter opened, Path folder) implements AutoCloseable {
    static TrainedAdapter of(Path dir, boolean exact) throws IOException {
      if (exact) {
        return new TrainedAdapter(Adapter.open(dir.resolve("adapter")), dir);
      }
      Path folder = Files.createTempDirectory("adapter");
      Files.copy(dir.resolve("init/adapter_config.json"), folder.resolve("adapter_config.json"));
      try (Stream<Path> files = Files.list(dir.resolve("expected"))) {
        Path last =
            files
                .filter(f -> f.getFileName().toString().startsWith("after_"))
                .max(Path::compareTo)
                .orElseThrow();
        Files.copy(last, folder.resolve("adapter_model.safetensors"));
      }
      return new TrainedAdapter(Adapter.open(folder), folder);
    }

    @Override
    public void close() {
      opened.close();
    }
  }

  /** A source whose tensors are cast to another dtype. */
  private record Cast(TensorSource source, DType dtype) implements TensorSource {
    @Override
    public SequencedMap<String, TensorInfo> tensors() {
      SequencedMap<String, TensorInfo> infos = new LinkedHashMap<>();
      source
          .tensors()
          .forEach((name, info) -> infos.put(name, new TensorInfo(name, dtype, info.shape())));
      return Collections.unmodifiableSequencedMap(infos);
    }

    @Override
    public MemorySegment data(String name) {
      TensorInfo info = source.info(name);
      int count = (int) info.elements();
      float[] values = new float[count];
      Elements.read(info.dtype(), source.data(name), 0, values, count);
      MemorySegment cast = Arena.ofAuto().allocate((long) count * dtype.bytes(), 64);
      Elements.write(dtype, values, count, cast, 0);
      return cast;
    }

    @Override
    public void close() {}
  }
}
