package io.ingot.model;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells apart files whose content may differ, by size and time, without reading them. */
public final class Fingerprint {
  private Fingerprint() {}

  /**
   * Of a folder that a merge has recorded: what it was made of. Of another folder: names, sizes and
   * times of change of its files. Of a file: its own.
   */
  public static String of(Path path) {
    Optional<String> made = OutputRecord.completed(path);
    if (made.isPresent()) {
      return "merge " + made.get();
    }
    try {
      if (!Files.isDirectory(path)) {
        return path.getFileName() + " " + OutputRecord.state(path);
      }
      StringBuilder text = new StringBuilder();
      for (Path file : files(path)) {
        text.append(file.getFileName()).append(' ').append(OutputRecord.state(file)).append('\n');
      }
      return text.toString();
    } catch (IOException e) {
      throw IngotException.failed("cannot look at " + path + ": " + e.getMessage());
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
