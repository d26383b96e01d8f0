package io.ingot.card;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of one artifact that may be published: those on a list of names that a model consists
 * of. Manifests, metrics, logs, optimizer states and pickles are on no list.
 *
 * @param files real files by their path in the artifact
 */
public record ArtifactFiles(String name, SortedMap<String, Path> files) {
  private static final Set<String> NAMES =
      Set.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "tokenizer.model",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "vocab.txt",
          "merges.txt",
          "spiece.model",
          "chat_template.jinja",
          "chat_template.json",
          "preprocessor_config.json",
          "processor_config.json",
          "adapter_config.json",
          "mergekit_config.yml");
  private static final Pattern WEIGHTS =
      Pattern.compile(
          "[A-Za-z0-9_][A-Za-z0-9._-]*\\.(safetensors|safetensors\\.index\\.json|gguf)");

  /**
   * Lists an artifact.
   *
   * @param followLinks whether links may lead out of it: a pulled model lies in the Hub's cache
   * @throws IngotException BLOCKED for a link that leads out of it, INVALID when nothing of it can
   *     be published
   */
  public static ArtifactFiles list(String name, Path folder, boolean followLinks)
      throws IOException {
    Path root = folder.toRealPath();
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(root)) {
      for (Path path : paths.sorted().toList()) {
        String file = path.getFileName().toString();
        if (publishable(file) && Files.isRegularFile(path)) {
          Path real = path.toRealPath();
          if (!followLinks && !real.startsWith(root)) {
            throw IngotException.blocked(
                "artifact " + name + ": " + file + " is a link that leads out of the artifact");
          }
          files.put(file, real);
        }
      }
    }
    if (files.keySet().stream().noneMatch(file -> WEIGHTS.matcher(file).matches())) {
      throw IngotException.invalid(
          "artifact " + name + " holds neither safetensors nor GGUF files to publish");
    }
    return new ArtifactFiles(name, Collections.unmodifiableSortedMap(files));
  }

  /** Whether a file of this name may be published at all. */
  public static boolean publishable(String name) {
    return NAMES.contains(name) || WEIGHTS.matcher(name).matches();
  }

  public boolean ggufOnly() {
    return files.keySet().stream().allMatch(file -> file.endsWith(".gguf"));
  }

  public boolean adapter() {
    return files.containsKey("adapter_config.json");
  }
}
