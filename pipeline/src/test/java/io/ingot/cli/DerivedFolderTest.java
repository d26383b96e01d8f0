package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Cancellation;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DerivedFolderTest {
  @TempDir Path dir;
  private Path out;
  private Path weights;
  private ModelFolder model;

  @BeforeEach
  void model() throws IOException {
    out = dir.resolve("out");
    Path folder = Files.createDirectories(dir.resolve("model"));
    Files.writeString(folder.resolve("config.json"), "{}");
    weights = folder.resolve("model.safetensors");
    SafetensorsWriter.write(
        weights,
        List.of(new TensorInfo("x", DType.F32, List.of(1L))),
        Map.of(),
        info -> MemorySegment.ofArray(new byte[4]));
    model = ModelFolder.open(folder);
  }

  @AfterEach
  void close() {
    model.close();
  }

  private <T> T write(long bytes, Cancellation cancellation, DerivedFolder.Work<T> work)
      throws InterruptedException {
    return DerivedFolder.write(out, Map.of(ModelRef.of("model"), model), bytes, cancellation, work);
  }

  private static Path fill(Path folder) {
    try {
      Files.createDirectories(folder.resolve("sub"));
      return Files.writeString(folder.resolve("sub/model.safetensors"), "finished");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertNothingLeft() {
    assertThat(dir.toFile().list()).containsExactly("model");
  }

  @Test
  void appearsWhenItIsComplete() throws InterruptedException {
    int told =
        write(
            8,
            Cancellation.NONE,
            folder -> {
              fill(folder);
              assertThat(out).doesNotExist();
              return 7;
            });
    assertThat(told).isEqualTo(7);
    assertThat(out.resolve("sub/model.safetensors")).hasContent("finished");
    assertThat(dir.toFile().list()).containsExactlyInAnyOrder("model", "out");
  }

  @Test
  void nothingIsLeftOfFailuresOfAnyKind() {
    for (Throwable failure :
        List.of(
            IngotException.invalid("bad"),
            new OutOfMemoryError("heap"),
            new InterruptedException())) {
      assertThatThrownBy(
              () ->
                  write(
                      8,
                      Cancellation.NONE,
                      folder -> {
                        fill(folder);
                        switch (failure) {
                          case Error e -> throw e;
                          case RuntimeException e -> throw e;
                          default -> throw new InterruptedException();
                        }
                      }))
          .hasSameClassAs(failure);
      assertNothingLeft();
    }
  }

  @Test
  void isGivenUpToTheLast() {
    assertThatThrownBy(
            () ->
                write(
                    8,
                    () -> {
                      throw new InterruptedException();
                    },
                    DerivedFolderTest::fill))
        .isInstanceOf(InterruptedException.class);
    assertNothingLeft();
  }

  @Test
  void anInputThatChangesIsNamed() {
    for (boolean fails : new boolean[] {false, true}) {
      assertThatThrownBy(
              () ->
                  write(
                      8,
                      Cancellation.NONE,
                      folder -> {
                        touch();
                        if (fails) {
                          throw IngotException.invalid("NaN");
                        }
                        return fill(folder);
                      }))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
          .hasMessageContaining(weights + " changed while it was read");
      assertNothingLeft();
    }
  }

  private void touch() {
    try {
      Files.setLastModifiedTime(weights, FileTime.fromMillis(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatDoesNotFitIsNotBegun() {
    assertThatThrownBy(() -> write(Long.MAX_VALUE / 2, Cancellation.NONE, DerivedFolderTest::fill))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("are free on its file system");
    assertNothingLeft();
  }
}
