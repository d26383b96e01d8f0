package io.ingot.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.safetensors.ShardedTensors;
import io.ingot.safetensors.WeightNaming;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Tensors without an architecture: one safetensors file, or a folder of them (with an index or
 * without), such as an adapter or a part of a diffusion model. Opening reads headers only. Safe for
 * concurrent reads.
 */
public final class RawModel implements Model {
  private static final String INDEX = ".safetensors.index.json";
  private static final String FILE = ".safetensors";

  private final Path path;
  private final String stem;
  private final ShardedTensors weights;

  private RawModel(Path path, String stem, ShardedTensors weights) {
    this.path = path;
    this.stem = stem;
    this.weights = weights;
  }

  /** Whether a path names a file that only {@link #open} reads, or refuses with a reason. */
  public static boolean isRaw(String path) {
    String name = path.toLowerCase(Locale.ROOT);
    return name.endsWith(FILE) || isPickle(name);
  }

  private static boolean isPickle(String name) {
    return ModelFolder.PICKLES.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
  }

  /**
   * Opens a file or a folder.
   *
   * @throws IngotException NOT_FOUND, BLOCKED for a pickle, or INVALID naming the broken file
   */
  public static RawModel open(Path path) {
    if (Files.isDirectory(path)) {
      return openFolder(path);
    }
    String name = path.getFileName().toString();
    if (isPickle(name)) {
      throw pickle(path.toString());
    }
    if (!name.endsWith(FILE)) {
      throw IngotException.invalid(path + " is no .safetensors file and no folder of them");
    }
    return new RawModel(path, "model", ShardedTensors.open(List.of(path)));
  }

  private static RawModel openFolder(Path folder) {
    List<Path> files = files(folder);
    List<Path> indexes = files.stream().filter(f -> f.toString().endsWith(INDEX)).toList();
    List<Path> weights = files.stream().filter(f -> f.toString().endsWith(FILE)).toList();
    if (indexes.size() == 1) {
      Path index = indexes.getFirst();
      return new RawModel(folder, stem(index, INDEX), ShardedTensors.openIndex(index));
    }
    if (!weights.isEmpty()) {
      String stem = weights.size() == 1 ? stem(weights.getFirst(), FILE) : "model";
      return new RawModel(folder, stem, ShardedTensors.open(weights));
    }
    Optional<Path> pickle = files.stream().filter(f -> isPickle(f.toString())).findFirst();
    if (pickle.isPresent()) {
      throw pickle(pickle.get().toString());
    }
    throw IngotException.invalid(folder + " holds no .safetensors file");
  }

  private static String stem(Path file, String ending) {
    String name = file.getFileName().toString();
    return name.substring(0, name.length() - ending.length());
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw IngotException.failed("cannot list " + folder + ": " + e.getMessage());
    }
  }

  private static IngotException pickle(String name) {
    return new IngotException(
        ErrorKind.BLOCKED,
        name
            + " is a pickle, which can run code when read. Ingot reads safetensors only; convert it"
            + " first, e.g. with safetensors.torch.save_file(torch.load(..., weights_only=True), ...)");
  }

  /** How its files are called, for a result that takes its place. */
  public String stem() {
    return stem;
  }

  /** What all its files say about themselves. */
  public Map<String, String> metadata() {
    return weights.metadata();
  }

  /** Where it lies. */
  public Path path() {
    return path;
  }

  /** Naming of a result that takes the place of these models: metadata that all agree on. */
  public static WeightNaming naming(RawModel donor, List<RawModel> models) {
    Map<String, String> common = new TreeMap<>(donor.metadata());
    models.forEach(m -> common.entrySet().retainAll(m.metadata().entrySet()));
    return new WeightNaming(donor.stem(), common);
  }

  /** Always empty. */
  @Override
  public ObjectNode config() {
    return JsonNodeFactory.instance.objectNode();
  }

  @Override
  public TensorSource weights() {
    return weights;
  }

  @Override
  public Optional<Path> folder() {
    return Files.isDirectory(path) ? Optional.of(path) : Optional.empty();
  }

  @Override
  public List<Path> places() {
    return List.of(path);
  }

  @Override
  public String fingerprint() {
    return Fingerprint.of(path);
  }

  @Override
  public void close() {
    weights.close();
  }
}
