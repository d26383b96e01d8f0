package io.ingot.step.card;

import io.ingot.error.IngotException;
import io.ingot.store.ContentDigest;
import io.ingot.store.Manifest;
import io.ingot.store.StoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** SHA-256 of an artifact's files: from its manifest, else read. */
final class FileHashes {
  private final Map<String, StoredFile> known = new HashMap<>();

  FileHashes(Path artifact) throws IOException {
    try {
      Manifest.read(artifact).files().forEach(file -> known.put(file.path(), file));
    } catch (IngotException e) {
      // An external folder has no manifest; its files are read.
    }
  }

  String sha256(String path, Path file) throws IOException {
    StoredFile stored = known.get(path);
    return stored != null && stored.bytes() == Files.size(file)
        ? stored.sha256()
        : ContentDigest.ofFile(file);
  }
}
