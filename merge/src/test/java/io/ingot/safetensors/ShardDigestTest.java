package io.ingot.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardDigestTest {
  private static final int PIECE = 700_001;

  private final ExecutorService executor = Executors.newSingleThreadExecutor();

  @TempDir Path folder;

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  private Path file(byte[] content) throws Exception {
    Path file = folder.resolve("file");
    try (RandomAccessFile sized = new RandomAccessFile(file.toFile(), "rw")) {
      sized.setLength(content.length);
    }
    return file;
  }

  private static byte[] content() {
    byte[] content = new byte[12_345_678];
    new Random(1).nextBytes(content);
    return content;
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  @Test
  void hashesWhatIsWrittenInAnyOrder() throws Exception {
    byte[] content = content();
    List<Integer> pieces = new ArrayList<>();
    for (int at = 0; at < content.length; at += PIECE) {
      pieces.add(at);
    }
    Collections.shuffle(pieces, new Random(2));
    Path file = file(content);
    try (ShardDigest digest = new ShardDigest(file, content.length, executor);
        RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      for (int at : pieces) {
        int count = Math.min(PIECE, content.length - at);
        out.seek(at);
        out.write(content, at, count);
        digest.written(at, count);
        digest.await();
      }
      assertThat(digest.get()).isEqualTo(sha256(content));
    }
  }

  @Test
  void aFileThatWasThereBeforeIsWrittenAtOnce() throws Exception {
    byte[] content = content();
    Path file = Files.write(folder.resolve("whole"), content);
    try (ShardDigest digest = new ShardDigest(file, content.length, executor)) {
      digest.written(0, content.length);
      assertThat(digest.get()).isEqualTo(sha256(content));
    }
  }

  @Test
  void refusesWhatHasHoles() throws Exception {
    byte[] content = content();
    try (ShardDigest digest = new ShardDigest(file(content), content.length, executor)) {
      digest.written(1, content.length - 1);
      assertThatThrownBy(digest::get)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is not complete");
    }
  }

  @Test
  void closesWhileItFollows() throws Exception {
    byte[] content = content();
    ShardDigest digest = new ShardDigest(file(content), content.length, executor);
    digest.written(0, content.length);
    digest.close();
    digest.close();
    assertThat(executor.submit(() -> true).get()).isTrue();
  }
}
