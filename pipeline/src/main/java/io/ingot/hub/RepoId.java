package io.ingot.hub;

import io.ingot.error.IngotException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A repository of the Hub.
 *
 * @param name {@code organization/name}, or a bare name of the first days
 */
public record RepoId(Type type, String name) {
  private static final Pattern NAME =
      Pattern.compile("(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/)?[A-Za-z0-9_][A-Za-z0-9._-]{0,95}");

  /** Kinds of repositories. */
  public enum Type {
    MODEL,
    DATASET;

    /** {@code models} or {@code datasets}, as paths of the API say it. */
    public String plural() {
      return name().toLowerCase(Locale.ROOT) + "s";
    }
  }

  public RepoId {
    if (!NAME.matcher(name).matches()
        || name.contains("--")
        || name.contains("..")
        || name.endsWith(".git")
        || name.endsWith(".")
        || name.endsWith("-")) {
      throw IngotException.invalid(
          "'"
              + name
              + "' is no repository id; expected ORG/NAME of letters, digits, '.', '_', '-'");
    }
  }

  public static RepoId model(String name) {
    return new RepoId(Type.MODEL, name);
  }

  public static RepoId dataset(String name) {
    return new RepoId(Type.DATASET, name);
  }
}
