package io.ingot.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether an artifact is still what its manifest says.
 *
 * @param problems one line each; empty when all is well
 */
public record Verification(List<String> problems) {
  public boolean ok() {
    return problems.isEmpty();
  }

  /** The first problem, for a one-line reason. */
  public String reason() {
    return problems.isEmpty() ? "intact" : problems.getFirst();
  }

  /** Compares sizes and times, and hashes only files whose time differs. */
  static Verification quick(Path artifact, Manifest manifest) throws IOException {
    return check(artifact, manifest, false);
  }

  /** Hashes every file. */
  static Verification full(Path artifact, Manifest manifest) throws IOException {
    return check(artifact, manifest, true);
  }

  private static Verification check(Path artifact, Manifest manifest, boolean hashAll)
      throws IOException {
    List<String> problems = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (StoredFile file : manifest.files()) {
      known.add(file.path());
      Path path = artifact.resolve(file.path()).normalize();
      if (!path.startsWith(artifact.normalize())) {
        problems.add(file.path() + " lies outside of the artifact");
      } else {
        check(path, file, hashAll, problems);
      }
    }
    try {
      for (Path path : ContentDigest.paths(artifact)) {
        if (!known.contains(ContentDigest.name(path))) {
          problems.add(ContentDigest.name(path) + " is not in the manifest");
        }
      }
    } catch (NoSuchFileException e) {
      problems.add(e.getFile() + " is missing");
    }
    if (!ContentDigest.ofFiles(manifest.files()).equals(manifest.digest())) {
      problems.add("the digest in " + Manifest.NAME + " is not that of the files it lists");
    }
    return new Verification(List.copyOf(problems));
  }

  private static void check(Path path, StoredFile file, boolean hashAll, List<String> problems)
      throws IOException {
    if (!Files.isRegularFile(path)) {
      problems.add(
          Files.isSymbolicLink(path)
              ? file.path() + " leads to " + Files.readSymbolicLink(path) + ", which is missing"
              : file.path() + " is missing");
    } else if (Files.size(path) != file.bytes()) {
      problems.add(file.path() + " has " + Files.size(path) + " bytes instead of " + file.bytes());
    } else if ((hashAll || Files.getLastModifiedTime(path).toMillis() != file.modified())
        && !ContentDigest.ofFile(path).equals(file.sha256())) {
      problems.add(file.path() + " has another sha256 than its manifest says");
    }
  }
}
