package io.ingot.step.publish;

import io.ingot.card.AcceptanceCheck;
import io.ingot.card.ArtifactFiles;
import io.ingot.card.CardFolder;
import io.ingot.error.IngotException;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.store.ContentDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files that were reviewed, found again on disk and hashed again.
 *
 * @param card the list that the reviewer approved
 * @param files on disk by path in the repository
 */
record Publishable(CardFolder card, SortedMap<String, Path> files) {
  /**
   * Collects and checks.
   *
   * @throws IngotException CONFLICT when a byte differs from what was reviewed, BLOCKED when a file
   *     must not be published
   */
  static Publishable of(StepContext context) throws IOException, InterruptedException {
    Path cardFolder = context.input("card").path();
    CardFolder card = CardFolder.read(cardFolder);
    SortedMap<String, Path> files = new TreeMap<>();
    for (CardFolder.Entry entry : card.files()) {
      files.put(entry.path(), locate(context, cardFolder, entry));
    }
    AcceptanceCheck.check(files);
    context.checkCancelled();
    List<CardFolder.Entry> changed;
    try {
      changed =
          card.files().parallelStream()
              .filter(entry -> !same(entry, files.get(entry.path())))
              .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (!changed.isEmpty()) {
      throw IngotException.conflict(
          changed.getFirst().path()
              + " is not what the card was written for; run the job again to have it reviewed");
    }
    return new Publishable(card, Collections.unmodifiableSortedMap(files));
  }

  private static Path locate(StepContext context, Path cardFolder, CardFolder.Entry entry)
      throws IOException {
    if (entry.artifact().equals(CardFolder.OWN)) {
      return inside(cardFolder, entry.source());
    }
    StepInput artifact = context.input("artifact:" + entry.artifact());
    if (!ArtifactFiles.publishable(entry.source())) {
      throw IngotException.blocked(entry.source() + " is no file that is published");
    }
    boolean links = artifact.kind().equals("pull") || artifact.kind().equals("external");
    Path file = artifact.path().resolve(entry.source());
    return links && Files.exists(file)
        ? file.toRealPath()
        : inside(artifact.path(), entry.source());
  }

  /** A file whose real place lies within the folder. */
  private static Path inside(Path folder, String name) throws IOException {
    Path file = folder.resolve(name).normalize();
    if (!Files.isRegularFile(file)) {
      throw IngotException.failed(file + " is gone; run the job again");
    }
    Path real = file.toRealPath();
    if (!real.startsWith(folder.toRealPath())) {
      throw IngotException.blocked(name + " is a link that leads out of " + folder);
    }
    return real;
  }

  private static boolean same(
      CardFolder.Entry entry, @org.jspecify.annotations.Nullable Path file) {
    try {
      return file != null
          && Files.size(file) == entry.bytes()
          && ContentDigest.ofFile(file).equals(entry.sha256());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
