package io.ingot.step.publish;

import io.ingot.card.CardFolder;
import io.ingot.error.IngotException;
import io.ingot.store.ContentDigest;
import io.ingot.store.Folders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A local folder. It is written beside its place and renamed, so that it is there whole or not at
 * all. An earlier publication is replaced; a folder of somebody else's is left alone.
 */
final class FolderTarget implements Target {
  /** A file that only publications hold. */
  private static final String MARK = "provenance.intoto.json";

  private final Path folder;
  private final String subject;

  FolderTarget(Path folder, String subject) {
    this.folder = folder.toAbsolutePath().normalize();
    this.subject = subject;
  }

  @Override
  public String name() {
    return "path:" + folder;
  }

  @Override
  public @Nullable Publication find(Publishable publishable) throws IOException {
    return Files.isDirectory(folder) && differences(publishable).isEmpty()
        ? new Publication(subject, true)
        : null;
  }

  @Override
  public Publication publish(Publishable publishable) throws IOException {
    boolean there = Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
    if (there && !replaceable()) {
      throw IngotException.conflict(
          folder + " is there and is no publication of Ingot; name another folder or move it away");
    }
    Path parent = java.util.Objects.requireNonNull(folder.getParent());
    Files.createDirectories(parent);
    Path staging = parent.resolve("." + folder.getFileName() + ".ingot-new");
    Path old = parent.resolve("." + folder.getFileName() + ".ingot-old");
    Folders.delete(staging);
    Folders.delete(old);
    for (Map.Entry<String, Path> file : publishable.files().entrySet()) {
      Path target = staging.resolve(file.getKey());
      Files.createDirectories(java.util.Objects.requireNonNull(target.getParent()));
      Files.copy(file.getValue(), target);
      try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
    if (there) {
      Files.move(folder, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(staging, folder, StandardCopyOption.ATOMIC_MOVE);
    Folders.delete(old);
    return new Publication(subject, false);
  }

  @Override
  public void verify(Publishable publishable, Publication publication) throws IOException {
    List<String> wrong = differences(publishable);
    if (!wrong.isEmpty()) {
      throw IngotException.failed(
          folder + " does not hold what was written: " + String.join(", ", wrong));
    }
  }

  @Override
  public String describe(Publication publication) {
    return folder.toString();
  }

  private boolean replaceable() throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return Files.isRegularFile(folder.resolve(MARK)) || files.findAny().isEmpty();
    }
  }

  private List<String> differences(Publishable publishable) throws IOException {
    List<String> wrong = new ArrayList<>();
    Set<String> wanted = new HashSet<>();
    for (CardFolder.Entry entry : publishable.card().files()) {
      wanted.add(entry.path());
      Path file = folder.resolve(entry.path());
      if (!Files.isRegularFile(file)) {
        wrong.add(entry.path() + " is missing");
      } else if (Files.size(file) != entry.bytes()
          || !ContentDigest.ofFile(file).equals(entry.sha256())) {
        wrong.add(entry.path() + " differs");
      }
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .filter(name -> !wanted.contains(name))
          .forEach(name -> wrong.add(name + " does not belong there"));
    }
    return wrong;
  }
}
