package io.ingot.merge;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import io.ingot.model.OutputFolder;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Whether a merge can be written where it is to go: no input in danger, and room for all of it. */
public final class TargetCheck {
  private final Path target;
  private final Findings findings;

  TargetCheck(Path target, Findings findings) {
    this.target = target;
    this.findings = findings;
  }

  /**
   * Throws all that speaks against writing to a folder.
   *
   * @param models whose files must not be touched
   * @param needed bytes to be written
   * @throws IngotException CONFLICT or FAILED
   */
  public static void require(Path target, Map<ModelRef, Model> models, long needed) {
    Findings findings = new Findings();
    List<Participant> participants = new ArrayList<>();
    models.forEach((reference, model) -> participants.add(Participant.of(reference, model)));
    new TargetCheck(target, findings).check(participants, needed);
    findings.throwIfFailed();
  }

  /**
   * Looks at everything.
   *
   * @param models whose files must not be touched
   * @param needed bytes to be written
   */
  void check(Collection<Participant> models, long needed) {
    try {
      OutputFolder.checkTarget(target);
    } catch (IngotException e) {
      findings.error("", "", e);
    }
    Path real = real(target);
    for (Participant model : models) {
      for (Path place : model.model().places()) {
        apart(model, real, real(place));
      }
    }
    Path parent = existing(real);
    if (!Files.isWritable(parent)) {
      failed(
          ErrorKind.FAILED,
          "%s cannot be written to: no permission for %s".formatted(target, parent));
    }
    long there = OutputFolder.finishedBytes(target);
    OptionalLong free = free(target);
    if (free.isPresent() && free.getAsLong() < needed - there) {
      failed(
          ErrorKind.FAILED,
          "%s: the result needs %s and %s are free on its file system; free %s or name another folder"
              .formatted(
                  target,
                  Sizes.text(needed - there),
                  Sizes.text(free.getAsLong()),
                  Sizes.text(needed - there - free.getAsLong())));
    }
  }

  private void apart(Participant model, Path real, Path place) {
    String input = "model " + model.reference();
    if (real.equals(place)) {
      failed(ErrorKind.CONFLICT, "%s is the folder of %s, an input".formatted(target, input));
    } else if (real.startsWith(place)) {
      failed(
          ErrorKind.CONFLICT,
          "%s lies inside %s, the folder of %s".formatted(target, place, input));
    } else if (place.startsWith(real)) {
      failed(
          ErrorKind.CONFLICT,
          "%s holds %s, the folder of %s, which would be replaced".formatted(target, place, input));
    }
  }

  private void failed(ErrorKind kind, String message) {
    findings.addAll(
        List.of(
            new Finding(
                Finding.Severity.ERROR,
                kind,
                "",
                "",
                message,
                kind == ErrorKind.CONFLICT ? "name another folder" : "")));
  }

  /** Bytes that are free where a file of this name would be made; empty when that is unknown. */
  static OptionalLong free(Path path) {
    try {
      FileStore store = Files.getFileStore(existing(real(path)));
      return store.getTotalSpace() > 0
          ? OptionalLong.of(store.getUsableSpace())
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** The path behind all links, as far as it exists. */
  private static Path real(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    Path existing = existing(absolute);
    try {
      return existing.toRealPath().resolve(existing.relativize(absolute));
    } catch (IOException e) {
      return absolute;
    }
  }

  private static Path existing(Path path) {
    Path at = path;
    while (!Files.exists(at) && at.getParent() != null) {
      at = at.getParent();
    }
    return at;
  }
}
