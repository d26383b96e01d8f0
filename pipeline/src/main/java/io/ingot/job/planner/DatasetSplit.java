package io.ingot.job.planner;

import io.ingot.error.IngotException;
import java.util.List;
import java.util.Locale;

/** Which file of a dataset repository holds a split. */
final class DatasetSplit {
  private static final List<String> READABLE = List.of(".jsonl", ".json", ".ndjson", ".txt");

  private DatasetSplit() {}

  /**
   * The only readable file whose name or folder is the split, or the only readable file at all.
   *
   * @throws IngotException INVALID naming the files that are there
   */
  static String file(List<String> files, String split, String repo) {
    List<String> readable =
        files.stream().filter(f -> READABLE.stream().anyMatch(lower(f)::endsWith)).toList();
    List<String> fitting = readable.stream().filter(f -> names(f, split)).toList();
    if (fitting.size() == 1) {
      return fitting.getFirst();
    } else if (fitting.isEmpty() && readable.size() == 1 && split.equals("train")) {
      return readable.getFirst();
    }
    String found =
        readable.isEmpty()
            ? "it holds " + String.join(", ", files.stream().limit(8).toList())
            : "readable are " + String.join(", ", readable.stream().limit(8).toList());
    throw IngotException.invalid(
        "dataset "
            + repo
            + " has "
            + (fitting.isEmpty() ? "no" : fitting.size())
            + " files of JSON lines for split '"
            + split
            + "'; "
            + found
            + ". Other layouts (parquet, several files) are not read yet: download it and name the"
            + " file with 'path'");
  }

  private static boolean names(String file, String split) {
    for (String part : lower(file).split("[/._-]")) {
      if (part.equals(lower(split))) {
        return true;
      }
    }
    return false;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
