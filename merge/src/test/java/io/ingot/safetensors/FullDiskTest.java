package io.ingot.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full when weights are written: the device of that name stands in for it. */
class FullDiskTest {
  private static final Path FULL = Path.of("/dev/full");

  @TempDir Path folder;

  @Test
  void saysWhatIsMissingAndLeavesNothingHalf() throws Exception {
    assumeTrue(Files.isWritable(FULL), "there is no " + FULL);
    List<TensorInfo> tensors =
        List.of(
            new TensorInfo("a", DType.F32, List.of(100L)),
            new TensorInfo("b", DType.F32, List.of(100L)));
    try (ShardedWriter writer = new ShardedWriter(folder, tensors, 400, Map.of())) {
      writer.write("a", 0, MemorySegment.ofArray(new byte[400]));
      writer.complete("a");
      Files.createSymbolicLink(folder.resolve(".model-00002-of-00002.safetensors.partial"), FULL);
      long second = writer.files().values().stream().skip(1).findFirst().orElseThrow();
      assertThatThrownBy(() -> writer.write("b", 0, MemorySegment.ofArray(new byte[400])))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
          .hasMessageContaining("model-00002-of-00002.safetensors: no space is left in " + folder)
          .hasMessageContaining(second + " bytes are still to be written")
          .hasMessageContaining("are free");
    }
    assertThat(folder).isDirectoryContaining("glob:**model-00001-of-00002.safetensors");
    assertThat(folder).isDirectoryNotContaining("glob:**.partial");
  }
}
