package io.ingot.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that lie about themselves are refused with the place and the reason. */
class HostileFileTest {
  @TempDir Path folder;

  private Path file(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    return Files.write(folder.resolve("x.safetensors"), bytes.array());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|4|cut off",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|12|12 bytes of data",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}|8|takes 12 bytes",
        "{\"a\":{\"dtype\":\"F99\",\"shape\":[2],\"data_offsets\":[0,8]}}|8|unknown dtype 'F99'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|8|0 or more",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}|8|too many elements",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}|16|begins at byte 8",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}|12|begins at byte 4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}|16|uplicate",
        "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}|8|lacks some",
        "{\"__metadata__\":{\"x\":{}}}|0|VALUE_STRING",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"code\":1}}|8|unknown key 'code'",
        "[1]|0|does not begin",
        "{\"a\":|0|not valid JSON"
      })
  void refuses(String header, int dataBytes, String reason) throws IOException {
    Path file = file(header, dataBytes);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
        .hasMessageContaining("x.safetensors")
        .hasMessageContaining(reason);
  }

  @Test
  void refusesHeaderBombs() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    for (long claim : new long[] {Long.MAX_VALUE, -1, 2_000_000_000L}) {
      bytes.putLong(0, claim);
      Path file = Files.write(folder.resolve("bomb.safetensors"), bytes.array());
      assertThatThrownBy(() -> SafetensorsFile.open(file)).hasMessageContaining("header of");
    }
  }

  @Test
  void refusesEmptyAndMissingFiles() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.safetensors"));
    assertThatThrownBy(() -> SafetensorsFile.open(empty)).hasMessageContaining("only 0 bytes");
    assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("none.safetensors")))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
  }

  @Test
  void writesWhatItReads() {
    Path file = folder.resolve("w.safetensors");
    List<TensorInfo> tensors =
        List.of(
            new TensorInfo("b", DType.F32, List.of(2L)),
            new TensorInfo("a", DType.BF16, List.of(3L, 1L)),
            new TensorInfo("none", DType.F32, List.of(0L)));
    SafetensorsWriter.write(
        file,
        tensors,
        Map.of("format", "pt"),
        t -> MemorySegment.ofArray(new byte[(int) t.byteSize()]).fill((byte) t.name().charAt(0)));
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(read.tensors().values()).containsExactlyInAnyOrderElementsOf(tensors);
      assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
      assertThat(read.data("a").get(java.lang.foreign.ValueLayout.JAVA_BYTE, 5))
          .isEqualTo((byte) 'a');
      assertThat(read.data("none").byteSize()).isZero();
    }
    assertThat(folder).isDirectoryNotContaining("glob:**.partial");
  }
}
