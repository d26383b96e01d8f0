package io.ingot.card;

import io.ingot.error.IngotException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files that are published, by their path in the repository, with the artifact that each comes
 * from. The first folder of weights lies in the root, further ones in a folder of their step's
 * name; GGUF files lie in the root.
 */
public record Release(SortedMap<String, Source> files) {
  /**
   * Where a file comes from.
   *
   * @param artifact name of the step
   * @param path in the artifact
   * @param file on disk, links resolved
   */
  public record Source(String artifact, String path, Path file) {}

  /**
   * Lays the artifacts out.
   *
   * @param artifacts publishable files by artifact, in the order of the job
   * @throws IngotException INVALID when two artifacts bring a file of the same name
   */
  public static Release of(SequencedMap<String, ArtifactFiles> artifacts) {
    SortedMap<String, Source> files = new TreeMap<>();
    boolean rootTaken = false;
    for (ArtifactFiles artifact : artifacts.values()) {
      boolean folder = !artifact.ggufOnly();
      String prefix = folder && rootTaken ? artifact.name() + "/" : "";
      rootTaken |= folder;
      artifact
          .files()
          .forEach(
              (path, file) -> {
                String target = path.endsWith(".gguf") ? path : prefix + path;
                Source before = files.put(target, new Source(artifact.name(), path, file));
                if (before != null) {
                  throw IngotException.invalid(
                      "both "
                          + before.artifact()
                          + " and "
                          + artifact.name()
                          + " would be published as "
                          + target
                          + "; publish them by steps of their own");
                }
              });
    }
    return new Release(Collections.unmodifiableSortedMap(files));
  }

  /** GGUF files of an artifact. */
  public List<String> gguf() {
    List<String> names = new ArrayList<>();
    files.keySet().stream().filter(name -> name.endsWith(".gguf")).forEach(names::add);
    return names;
  }

  /** Paths of the release by artifact. */
  public SequencedMap<String, List<String>> byArtifact() {
    SequencedMap<String, List<String>> names = new LinkedHashMap<>();
    files.forEach(
        (path, source) ->
            names.computeIfAbsent(source.artifact(), key -> new ArrayList<>()).add(path));
    return names;
  }
}
