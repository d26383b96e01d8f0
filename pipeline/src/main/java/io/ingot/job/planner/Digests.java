package io.ingot.job.planner;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** SHA-256 of texts, files and folders, in hexadecimal. */
final class Digests {
  private Digests() {}

  static String of(String text) {
    return hex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  static String of(Path file) {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    return hex(digest.digest());
  }

  /** Over the sorted (path, size, sha256) of all files, hashed on all cores; hidden ones aside. */
  static String ofFolder(Path folder) {
    return of(
        files(folder).parallelStream()
            .map(file -> line(folder, file))
            .collect(Collectors.joining()));
  }

  private static String line(Path folder, Path file) {
    try {
      String path = folder.relativize(file).toString().replace('\\', '/');
      return path + '\n' + Files.size(file) + '\n' + of(file) + '\n';
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** All files that are not hidden, sorted by path. */
  static List<Path> files(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .filter(file -> !hidden(folder.relativize(file)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static boolean hidden(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static IngotException unreadable(Path path, IOException e) {
    return new IngotException(ErrorKind.FAILED, "cannot read " + path + ": " + e.getMessage(), e);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
