package io.ingot.merge.method;

import io.ingot.error.IngotException;
import io.ingot.merge.recipe.Spelling;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The registered merge methods. */
public final class MergeMethods {
  private static final Map<String, MergeMethod> BY_NAME =
      ServiceLoader.load(MergeMethod.class, MergeMethod.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .collect(Collectors.toMap(MergeMethod::name, m -> m, (a, b) -> a, TreeMap::new));

  private MergeMethods() {}

  /** All methods, by name. */
  public static List<MergeMethod> all() {
    return List.copyOf(BY_NAME.values());
  }

  /** Names of all methods, sorted. */
  public static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  /**
   * The method of a name.
   *
   * @throws IngotException INVALID with the nearest name
   */
  public static MergeMethod get(String name) {
    MergeMethod method = BY_NAME.get(name);
    if (method == null) {
      throw IngotException.invalid(
          "unknown merge method '" + name + "'" + Spelling.hint(name, names()));
    }
    return method;
  }
}
