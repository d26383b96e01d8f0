package io.ingot.merge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What lies beside merged tensors without an architecture: settings of the donor, the recipe. */
final class RawFiles {
  private RawFiles() {}

  static void write(MergePlan plan, String source, Path folder) throws IOException {
    Optional<Path> donor = plan.donor().model().folder();
    if (donor.isPresent() && plan.options().copyTokenizer()) {
      for (Path file : settings(donor.get())) {
        Files.write(folder.resolve(file.getFileName()), Files.readAllBytes(file));
      }
    }
    Files.writeString(folder.resolve("mergekit_config.yml"), source);
  }

  private static List<Path> settings(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(f -> f.toString().endsWith(".json") && !f.toString().endsWith(".index.json"))
          .filter(f -> !f.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    }
  }
}
