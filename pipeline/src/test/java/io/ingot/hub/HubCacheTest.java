package io.ingot.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.IngotException;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTest {
  private static final RepoId REPO = RepoId.model("acme/base");
  private static final String COMMIT = "c".repeat(40);

  @TempDir Path root;

  @Test
  void writesListingsAsPythonDoes() throws IOException {
    List<RepoFile> files =
        List.of(
            new RepoFile("ä.txt", 3, "1".repeat(40), Optional.empty()),
            new RepoFile("a/m.bin", 7, "2".repeat(40), Optional.of("3".repeat(64))));
    assertThat(new String(TreeListing.write(files), StandardCharsets.US_ASCII))
        .isEqualTo(
            """
            {
             "format_version": 1,
             "files": {
              "a/m.bin": {
               "size": 7,
               "blob_id": "2222222222222222222222222222222222222222",
               "lfs_sha256": "3333333333333333333333333333333333333333333333333333333333333333",
               "lfs_size": 7
              },
              "\\u00e4.txt": {
               "size": 3,
               "blob_id": "1111111111111111111111111111111111111111"
              }
             }
            }"""
                .stripTrailing());
    assertThat(TreeListing.read(TreeListing.write(files), "x").orElseThrow())
        .containsExactlyInAnyOrderElementsOf(files);
    assertThat(new String(TreeListing.write(List.of()), StandardCharsets.US_ASCII))
        .isEqualTo("{\n \"format_version\": 1,\n \"files\": {}\n}");
  }

  @Test
  void ignoresListingsOfAnotherFormatOrBroken() {
    assertThat(TreeListing.read("{\"format_version\":2,\"files\":{}}".getBytes(), "x")).isEmpty();
    assertThat(TreeListing.read("{".getBytes(), "x")).isEmpty();
    assertThat(TreeListing.read("{\"format_version\":1,\"files\":{\"a\":{}}}".getBytes(), "x"))
        .isEmpty();
  }

  @Test
  void refsAreFortyDigitsWithoutANewline() throws IOException {
    HubCache cache = new HubCache(root);
    cache.writeRef(REPO, "refs/pr/1", COMMIT);
    cache.writeRef(REPO, COMMIT, COMMIT);
    cache.writeRef(REPO, "../../escape", COMMIT);
    assertThat(root.resolve("models--acme--base/refs/refs/pr/1")).hasContent(COMMIT);
    assertThat(Files.size(root.resolve("models--acme--base/refs/refs/pr/1"))).isEqualTo(40);
    assertThat(cache.ref(REPO, "refs/pr/1")).contains(COMMIT);
    assertThat(cache.ref(REPO, "main")).isEmpty();
    assertThat(root.resolve("models--acme--base/refs")).isDirectoryNotContaining("glob:**cccc*");
    Files.writeString(root.resolve("models--acme--base/refs/main"), "../../../x");
    assertThat(cache.ref(REPO, "main")).as("a ref is no path").isEmpty();
  }

  @Test
  void marksWhatIsKnownToBeAbsent() {
    HubCache cache = new HubCache(root);
    cache.markAbsent(REPO, COMMIT, "sub/none.txt");
    cache.markAbsent(REPO, COMMIT, "../../../none.txt");
    assertThat(root.resolve("models--acme--base/.no_exist/" + COMMIT + "/sub/none.txt"))
        .isEmptyFile();
    assertThat(root.resolve("none.txt")).doesNotExist();
  }

  @Test
  void aDanglingOrDamagedLinkIsNoCachedFile() throws IOException {
    HubCache cache = new HubCache(root);
    FakeContent content = FakeContent.text("a.txt", "hello");
    cache.prepare(REPO);
    Path pointer = cache.link(REPO, COMMIT, content.file(), true);
    assertThat(Files.isSymbolicLink(pointer)).isTrue();
    assertThat(cache.find(REPO, COMMIT, content.file())).isEmpty();
    Files.writeString(cache.blob(REPO, content.file().etag()), "hell");
    assertThat(cache.find(REPO, COMMIT, content.file())).isEmpty();
    Files.writeString(cache.blob(REPO, content.file().etag()), "hello");
    assertThat(cache.find(REPO, COMMIT, content.file())).contains(pointer);
  }

  @Test
  void followsABlobIntoTheStoreSharedByRepositories() throws IOException {
    HubCache cache = new HubCache(root);
    FakeContent content = FakeContent.lfs("m.safetensors", 100, 4);
    Path shared = root.resolve("blobs/ab/" + "ab".repeat(32));
    Files.createDirectories(shared.getParent());
    Files.write(shared, content.bytes());
    cache.prepare(REPO);
    Path blob = cache.blob(REPO, content.sha256());
    Files.createSymbolicLink(blob, blob.resolveSibling("").relativize(shared));
    cache.link(REPO, COMMIT, content.file(), false);
    assertThat(cache.find(REPO, COMMIT, content.file()).orElseThrow())
        .hasBinaryContent(content.bytes());
  }

  @Test
  void saysThatTheDiskIsTooSmallBeforeDownloading() {
    HubConfig config =
        HubConfig.of(Map.of("HF_HUB_CACHE", root.toString()))
            .at(URI.create("http://127.0.0.1:1"), Optional.empty());
    RepoFile big = new RepoFile("m.safetensors", 5_000_000_000L, "1".repeat(40), Optional.empty());
    RepoInfo info =
        new RepoInfo(REPO, COMMIT, false, false, List.of(), CardFrontMatter.none(), List.of(big));
    try (HubHttp http = new HubHttp(config, RetryPolicy.standard(), Map.of())) {
      HubCache cache = new HubCache(root, folder -> 2_000_000_000L);
      assertThatThrownBy(
              () -> new SnapshotDownload(http, cache).run(info, info.files(), Progress.NONE))
          .isInstanceOf(IngotException.class)
          .hasMessageContaining("needs 5.0 GB")
          .hasMessageContaining("2.0 GB free")
          .hasMessageContaining("HF_HUB_CACHE");
    }
  }

  @Test
  void oneHolderOfALockAtATime() throws InterruptedException {
    Path file = root.resolve("locks/a.lock");
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch got = new CountDownLatch(1);
    try (CacheLock first = CacheLock.acquire(file, Duration.ofMinutes(1), () -> {})) {
      Assumptions.assumeTrue(first.isHeld(), "this system has no flock");
      try (CacheLock impatient = CacheLock.acquire(file, Duration.ZERO, () -> {})) {
        assertThat(impatient.isHeld()).isFalse();
      }
      Thread.ofVirtual()
          .start(
              () -> {
                try (CacheLock second =
                    CacheLock.acquire(file, Duration.ofMinutes(1), waiting::countDown)) {
                  if (second.isHeld()) {
                    got.countDown();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      assertThat(waiting.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(got.getCount()).isEqualTo(1);
    }
    assertThat(got.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(file).as("locks stay").exists();
  }
}
