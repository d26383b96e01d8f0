package io.ingot.hub;

import io.ingot.error.IngotException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which files of a repository are wanted: all but pickles, whose loading runs code. A repository
 * whose weights are pickles only is refused.
 *
 * @param wanted what to download
 * @param pickles what is left out
 */
public record WeightFiles(List<RepoFile> wanted, List<RepoFile> pickles) {
  private static final Set<String> PICKLE_ENDINGS =
      Set.of("bin", "pt", "pth", "ckpt", "pkl", "pickle", "joblib", "dill");
  private static final Set<String> WEIGHT_ENDINGS = Set.of("safetensors", "gguf");
  private static final Set<String> STATES =
      Set.of("training_args", "optimizer", "scheduler", "scaler", "rng_state", "random_states");

  /**
   * Sorts the files of a repository.
   *
   * @throws IngotException BLOCKED when a model's weights are pickles only
   */
  public static WeightFiles of(RepoInfo info) {
    if (info.id().type() == RepoId.Type.DATASET) {
      return new WeightFiles(info.files(), List.of());
    }
    List<RepoFile> pickles = info.files().stream().filter(f -> isPickle(f.path())).toList();
    List<RepoFile> wanted = info.files().stream().filter(f -> !isPickle(f.path())).toList();
    refusePicklesOnly(
        "repository '" + info.id().name() + "'",
        wanted.stream().map(RepoFile::path).toList(),
        pickles.stream().map(RepoFile::path).toList());
    return new WeightFiles(wanted, pickles);
  }

  /**
   * Refuses a model whose weights are in pickles alone.
   *
   * @throws IngotException BLOCKED, naming them
   */
  public static void refusePicklesOnly(String model, List<String> others, List<String> pickles) {
    List<String> weights = pickles.stream().filter(p -> !isTrainingState(p)).toList();
    if (!weights.isEmpty() && others.stream().noneMatch(WeightFiles::holdsWeights)) {
      throw IngotException.blocked(
          model
              + " holds its weights as pickles only ("
              + String.join(", ", weights.subList(0, Math.min(3, weights.size())))
              + (weights.size() > 3 ? ", ..." : "")
              + "); loading a pickle runs whatever code is in it, so it is not downloaded. Use a"
              + " revision or a copy with safetensors");
    }
  }

  /** One line for the log; empty when nothing was left out. */
  public String note() {
    if (pickles.isEmpty()) {
      return "";
    }
    List<String> names = pickles.stream().map(RepoFile::path).toList();
    return "skipped "
        + names.size()
        + (names.size() == 1 ? " pickle file (" : " pickle files (")
        + String.join(", ", names.subList(0, Math.min(5, names.size())))
        + (names.size() > 5 ? ", ..." : "")
        + "): loading a pickle can run code";
  }

  /** Whether a file of this name is a Python pickle. */
  public static boolean isPickle(String path) {
    return PICKLE_ENDINGS.contains(ending(path));
  }

  private static boolean holdsWeights(String path) {
    return WEIGHT_ENDINGS.contains(ending(path));
  }

  private static boolean isTrainingState(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return STATES.stream().anyMatch(name::startsWith);
  }

  private static String ending(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
