package io.ingot.job;

import io.ingot.error.IngotException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong, so that all of it is told at once. Not thread-safe. */
public final class Problems {
  private static final int SHOWN = 60;

  private final List<Problem> list = new ArrayList<>();

  public void add(Place place, String path, String message) {
    list.add(new Problem(place, path, message, null));
  }

  /** A word that is not among those allowed: names them and the nearest one. */
  public void addUnknown(
      Place place, String path, String message, String word, Collection<String> allowed) {
    int more = allowed.size() - SHOWN;
    String suffix =
        allowed.isEmpty()
            ? ""
            : "; allowed: "
                + allowed.stream().limit(SHOWN).collect(Collectors.joining(", "))
                + (more > 0 ? " and " + more + " more" : "");
    list.add(new Problem(place, path, message + suffix, Nearest.to(word, allowed).orElse(null)));
  }

  public void add(Place place, String path, String message, @Nullable String suggestion) {
    list.add(new Problem(place, path, message, suggestion));
  }

  /** Takes over what others found. */
  public void addAll(Problems others) {
    list.addAll(others.list);
  }

  /** In the order in which they were found. */
  public List<Problem> found() {
    return List.copyOf(list);
  }

  public boolean isEmpty() {
    return list.isEmpty();
  }

  /** In the order of the file. */
  public List<Problem> sorted() {
    return list.stream()
        .distinct()
        .sorted(
            Comparator.comparingInt((Problem p) -> p.place().line())
                .thenComparingInt(p -> p.place().column()))
        .toList();
  }

  /**
   * Throws when there is a problem.
   *
   * @throws IngotException INVALID, one line for each problem
   */
  public void throwIfAny(String file) {
    if (!list.isEmpty()) {
      throw asException(file);
    }
  }

  /** All problems as one failure, one line for each. */
  public IngotException asException(String file) {
    List<Problem> all = sorted();
    return IngotException.invalid(
        file
            + (all.size() == 1 ? " has a mistake:\n" : " has " + all.size() + " mistakes:\n")
            + all.stream().map(Problem::toString).collect(Collectors.joining("\n")));
  }
}
