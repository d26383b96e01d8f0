package io.ingot.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.merge.MergeSummary;
import io.ingot.model.OutputRecord;
import io.ingot.store.ContentDigest;
import io.ingot.store.StoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What {@code merge} shows at its end.
 *
 * @param files all files of the folder but the {@link OutputRecord} of a kept result, which holds
 *     times of files; weights that nobody hashed have no hash
 * @param digest of the folder, as artifacts of jobs have it: SHA-256 over path, size and SHA-256 of
 *     every one of these files; empty when the weights were not hashed
 */
record MergeSummaryReport(Path out, MergeSummary summary, List<StoredFile> files, String digest) {

  /**
   * Looks at the folder or the one file; weights were hashed while they were written, the rest is
   * small.
   */
  static MergeSummaryReport of(Path out, MergeSummary summary) {
    List<StoredFile> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(out)) {
      Path record = out.resolve(OutputRecord.NAME);
      for (Path file :
          walk.filter(Files::isRegularFile).filter(f -> !f.equals(record)).sorted().toList()) {
        String name =
            file.equals(out)
                ? String.valueOf(file.getFileName())
                : out.relativize(file).toString().replace('\\', '/');
        String known = summary.hashes().get(name);
        if (known == null && summary.files().contains(name)) {
          known = "";
        }
        files.add(
            new StoredFile(
                name,
                Files.size(file),
                known == null ? ContentDigest.ofFile(file) : known,
                Files.getLastModifiedTime(file).toMillis()));
      }
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + out + ": " + e.getMessage());
    }
    return new MergeSummaryReport(
        out, summary, files, summary.hashes().isEmpty() ? "" : ContentDigest.ofFiles(files));
  }

  private long size() {
    return files.stream().mapToLong(StoredFile::bytes).sum();
  }

  /** One JSON document. */
  ObjectNode json() {
    ObjectNode top = JsonNodeFactory.instance.objectNode();
    top.put("out", out.toString());
    top.put("tensors", summary.tensors());
    top.put("parameters", summary.parameters());
    top.put("bytes", summary.bytes());
    top.put("read_bytes", summary.readBytes());
    top.put("written_bytes", summary.writtenBytes());
    top.put("seconds", rounded(summary.seconds()));
    top.put("hash_seconds", rounded(summary.hashSeconds()));
    top.put("gigabytes_per_second", rounded(summary.gigabytesPerSecond()));
    top.put("peak_memory_bytes", summary.peakMemoryBytes());
    top.put("size", size());
    top.put("sha256", digest);
    ArrayNode list = top.putArray("files");
    for (StoredFile file : files) {
      list.addObject()
          .put("name", file.path())
          .put("bytes", file.bytes())
          .put("sha256", file.sha256());
    }
    ArrayNode leftovers = top.putArray("leftovers");
    summary.leftovers().forEach(leftovers::add);
    ArrayNode warnings = top.putArray("warnings");
    summary.warnings().forEach(warnings::add);
    return top;
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  /** Lines for a person. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s: %s, %s parameters"
            .formatted(
                out,
                MergeSizes.count(summary.tensors(), "tensor"),
                MergeSizes.parameters(summary.parameters())));
    lines.add(
        "  time    "
            + String.format(
                Locale.ROOT,
                "%.1f s, %.2f GB/s (%s read, %s written)",
                summary.seconds(),
                summary.gigabytesPerSecond(),
                MergeSizes.bytes(summary.readBytes()),
                MergeSizes.bytes(summary.writtenBytes())));
    lines.add(
        "  memory  %s at most, beside the page cache"
            .formatted(MergeSizes.bytes(summary.peakMemoryBytes())));
    lines.add(
        "  size    %s in %s, weights in %s"
            .formatted(
                MergeSizes.bytes(size()),
                MergeSizes.count(files.size(), "file"),
                String.join(" ", weights())));
    if (!digest.isEmpty()) {
      lines.add("  sha256  " + digest);
    }
    return lines;
  }

  private List<String> weights() {
    List<String> names = summary.files();
    return names.size() <= 2 ? names : List.of(names.getFirst(), "to", names.getLast());
  }
}
