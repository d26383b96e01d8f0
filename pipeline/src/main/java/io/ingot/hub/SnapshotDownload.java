package io.ingot.hub;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.progress.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Brings many files of a commit into the cache, several at once. */
final class SnapshotDownload {
  private static final int AT_ONCE = 8;

  private final HubHttp http;
  private final HubCache cache;

  SnapshotDownload(HubHttp http, HubCache cache) {
    this.http = http;
    this.cache = cache;
  }

  Path run(RepoInfo info, List<RepoFile> files, Progress progress) {
    long total = files.stream().mapToLong(RepoFile::size).sum();
    checkSpace(info, files);
    progress.begin("download " + info.id().name(), total, Progress.Unit.BYTES);
    ExecutorService workers =
        Executors.newFixedThreadPool(
            Math.clamp(files.size(), 1, AT_ONCE),
            Thread.ofVirtual().name("download-", 0).factory());
    try {
      CompletionService<Path> done = new ExecutorCompletionService<>(workers);
      for (RepoFile file : files) {
        BlobDownload one =
            new BlobDownload(http, cache, info, file, progress::advance, progress::note);
        done.submit(one::run);
      }
      for (int i = 0; i < files.size(); i++) {
        done.take().get();
      }
    } catch (InterruptedException e) {
      throw RetryPolicy.interrupted(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IngotException known
          ? known
          : new IngotException(
              ErrorKind.FAILED, "downloading " + info.id().name() + " failed", e.getCause());
    } finally {
      workers.shutdownNow();
      workers.close();
    }
    return cache.snapshot(info.id(), info.commit());
  }

  private void checkSpace(RepoInfo info, List<RepoFile> files) {
    long missing =
        files.stream()
            .filter(f -> cache.find(info.id(), info.commit(), f).isEmpty())
            .filter(f -> !HubCache.hasSize(cache.blob(info.id(), f.etag()), f.size()))
            .mapToLong(RepoFile::size)
            .sum();
    if (missing == 0) {
      return;
    }
    cache.prepare(info.id());
    long free = cache.usableSpace();
    if (free < missing) {
      throw IngotException.failed(
          info.id().name()
              + " needs "
              + amount(missing)
              + " on the disk of "
              + cache.root()
              + ", which has "
              + amount(free)
              + " free; make room or point HF_HUB_CACHE to another disk. Nothing was downloaded");
    }
  }

  private static String amount(long bytes) {
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
