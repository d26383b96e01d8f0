package io.ingot.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that appear complete, while others want to write the same. */
class OutputFolderTest {
  @TempDir Path root;

  private static void assertTaken(Path out) {
    assertThatThrownBy(() -> OutputFolder.prepare(out, false))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT))
        .hasMessage("another process writes " + out + "; wait for it, or name another folder");
  }

  @Test
  void belongsToOneUntilItIsPublished() throws IOException {
    Path out = root.resolve("new/out");
    OutputFolder folder = OutputFolder.prepare(out, false);
    Files.writeString(folder.work().resolve("mergekit_config.yml"), "mine");
    assertTaken(out);
    assertTaken(out);
    folder.publish();
    assertThat(root.resolve("new")).isDirectoryNotContaining("glob:**ingot*");
    assertThat(out).isDirectoryContaining("glob:**/mergekit_config.yml");
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files).as("nothing of the lock").hasSize(1);
    }
    OutputFolder.prepare(out, false).discard();
    assertThat(root.resolve("new")).isDirectoryNotContaining("glob:**ingot*");
  }

  @Test
  void givesUpTheLockWithAnyEnd() throws IOException {
    Path out = root.resolve("out");
    OutputFolder first = OutputFolder.prepare(out, false);
    Files.writeString(first.work().resolve("model.safetensors"), "finished");
    assertThat(first.abandon()).isTrue();
    OutputFolder second = OutputFolder.prepare(out, true);
    assertThat(second.work().resolve("model.safetensors")).exists();
    OutputFolder.delete(second.work());
    assertThatThrownBy(second::publish).isInstanceOf(IngotException.class);
    assertThat(second.abandon()).isFalse();
    OutputFolder third = OutputFolder.prepare(out, false);
    assertThat(third.work()).isEmptyDirectory();
    third.discard();
  }

  /** Nobody empties what another is about to rename: every folder that appears is whole. */
  @Test
  void publishesWholeFolders() throws Exception {
    Path out = root.resolve("out");
    AtomicInteger published = new AtomicInteger();
    AtomicBoolean broken = new AtomicBoolean();
    Thread[] threads = new Thread[4];
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (published.get() < 200 && !broken.get()) {
                      OutputFolder folder;
                      try {
                        folder = OutputFolder.prepare(out, false);
                      } catch (IngotException e) {
                        broken.compareAndSet(false, e.kind() != ErrorKind.CONFLICT);
                        continue;
                      }
                      try {
                        Files.writeString(folder.work().resolve("mergekit_config.yml"), "");
                        folder.publish();
                        published.incrementAndGet();
                      } catch (IOException | RuntimeException e) {
                        broken.set(true);
                      }
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(broken).isFalse();
    assertThat(out.resolve("mergekit_config.yml")).exists();
  }
}
