package io.ingot.job.planner;

import io.ingot.job.JobSpec;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;

/** Model references of mergekit that are no names of the job: folders and repositories. */
final class MergeSource {
  private static final Pattern REPOSITORY =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*/[A-Za-z0-9_][A-Za-z0-9._-]*");

  private MergeSource() {}

  /** Whether the text {@code path[@revision][+adapter[@revision]]} leads out of the job. */
  static boolean isForeign(JobSpec job, String text) {
    if (job.models().containsKey(text) || job.steps().containsKey(text)) {
      return false;
    }
    for (String part : text.split("\\+", -1)) {
      String bare = part.split("@", -1)[0];
      boolean named = job.models().containsKey(bare) || job.steps().containsKey(bare);
      if (!named && !isFolder(job, bare) && !isRepository(bare)) {
        return false;
      }
    }
    return true;
  }

  /** The model before {@code +} in a reference that is no name of the job. */
  static String own(JobSpec job, String text) {
    boolean named = job.models().containsKey(text) || job.steps().containsKey(text);
    return named || !text.contains("+") ? text : text.substring(0, text.indexOf('+'));
  }

  /** The model and, after a plus, the adapter of a reference. */
  static List<String> parts(JobSpec job, String text) {
    boolean named = job.models().containsKey(text) || job.steps().containsKey(text);
    return named ? List.of(text) : List.of(text.split("\\+", 2));
  }

  static boolean isFolder(JobSpec job, String text) {
    return !text.isBlank() && Files.isDirectory(job.resolve(text));
  }

  static boolean isRepository(String text) {
    return REPOSITORY.matcher(text).matches();
  }
}
