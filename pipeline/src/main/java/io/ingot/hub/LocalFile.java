package io.ingot.hub;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/**
 * A file to upload, read once to know it.
 *
 * @param size in bytes
 * @param gitOid SHA-1 of its git blob
 * @param sha256 of its content
 * @param sample its first bytes in Base64, by which the Hub tells text from binary
 */
record LocalFile(Hub.Upload upload, long size, String gitOid, String sha256, String sample) {
  private static final int SAMPLE_BYTES = 512;
  private static final int BUFFER = 1 << 17;

  static LocalFile read(Hub.Upload upload, LongConsumer progress) {
    try (InputStream in = Files.newInputStream(upload.file())) {
      long size = Files.size(upload.file());
      MessageDigest git = PartFile.gitSha1(size);
      MessageDigest sha256 = PartFile.sha256();
      byte[] buffer = new byte[BUFFER];
      String sample = "";
      long total = 0;
      for (int read = in.readNBytes(buffer, 0, BUFFER);
          read > 0;
          read = in.readNBytes(buffer, 0, BUFFER)) {
        if (total == 0) {
          byte[] head = java.util.Arrays.copyOf(buffer, Math.min(read, SAMPLE_BYTES));
          sample = Base64.getEncoder().encodeToString(head);
        }
        git.update(buffer, 0, read);
        sha256.update(buffer, 0, read);
        total += read;
        progress.accept(read);
      }
      if (total != size) {
        throw IngotException.failed(upload.file() + " changed while it was read");
      }
      HexFormat hex = HexFormat.of();
      return new LocalFile(
          upload, size, hex.formatHex(git.digest()), hex.formatHex(sha256.digest()), sample);
    } catch (IOException e) {
      throw new IngotException(
          ErrorKind.FAILED, "cannot read " + upload.file() + " to upload it: " + e, e);
    }
  }

  /** Whether the repository's file has this content. */
  boolean sameAs(RepoFile remote) {
    return remote.sha256().map(sha256::equals).orElseGet(() -> gitOid.equals(remote.gitOid()));
  }
}
