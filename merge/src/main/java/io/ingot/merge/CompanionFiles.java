package io.ingot.merge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Files beside the weights that come from the donor: tokenizer, generation settings. */
public final class CompanionFiles {
  private static final List<String> TOKENIZER =
      List.of(
          "tokenizer_config.json",
          "special_tokens_map.json",
          "tokenizer.json",
          "tokenizer.model",
          "added_tokens.json",
          "merges.txt",
          "vocab.json",
          "vocab.txt",
          "chat_template.jinja",
          "generation_config.json",
          "chat_template.json",
          "video_preprocessor_config.json");

  private CompanionFiles() {}

  static void copy(MergePlan plan, Path folder) throws IOException {
    Optional<Path> donor = plan.donor().model().folder();
    if (donor.isPresent()) {
      boolean merged = plan.recipe().tokenizer().isPresent();
      copy(donor.get(), plan.architecture().companions(), merged, folder);
    }
  }

  /**
   * Copies what the donor has and the folder has not.
   *
   * @param more names of other files
   * @param merged whether the vocabulary is another than the donor's
   */
  public static void copy(Path donor, List<String> more, boolean merged, Path folder)
      throws IOException {
    List<String> names = new ArrayList<>(TOKENIZER);
    if (merged) {
      // These describe the donor's vocabulary, not the merged one.
      names.removeAll(
          List.of("tokenizer.model", "added_tokens.json", "merges.txt", "vocab.json", "vocab.txt"));
    }
    names.addAll(more);
    for (String name : names) {
      Path file = donor.resolve(name);
      if (Files.isRegularFile(file) && !Files.exists(folder.resolve(name))) {
        Files.write(folder.resolve(name), Files.readAllBytes(file));
      }
    }
  }
}
