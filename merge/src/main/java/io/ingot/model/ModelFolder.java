package io.ingot.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.safetensors.ShardedTensors;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model in the folder layout of the Hub: config.json, safetensors files with or without an index,
 * tokenizer files. Weights that exist as pickles only are refused, and so is remote code unless the
 * caller accepts it (it is never run either way). Opening reads headers only. Safe for concurrent
 * reads.
 */
public final class ModelFolder implements Model {
  /** Endings of files that can run code when they are read. */
  static final List<String> PICKLES =
      List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib");

  private final Path path;
  private final ObjectNode config;
  private final ShardedTensors weights;

  private ModelFolder(Path path, ObjectNode config, ShardedTensors weights) {
    this.path = path;
    this.config = config;
    this.weights = weights;
  }

  /**
   * Opens a folder that brings no code of its own.
   *
   * @throws IngotException NOT_FOUND, INVALID naming the broken file, or BLOCKED for remote code
   */
  public static ModelFolder open(Path path) {
    return open(path, false);
  }

  /**
   * Opens a folder.
   *
   * @param acceptRemoteCode whether a config.json with {@code auto_map} may pass; the code itself
   *     is ignored
   */
  public static ModelFolder open(Path path, boolean acceptRemoteCode) {
    if (!Files.isDirectory(path)) {
      throw IngotException.notFound("model folder " + path + " does not exist");
    }
    Path configFile = path.resolve("config.json");
    if (!Files.isRegularFile(configFile)) {
      throw IngotException.invalid(path + " is no model folder: config.json is missing");
    }
    ObjectNode config = BoundedJson.read(configFile);
    if (config.hasNonNull("auto_map") && !acceptRemoteCode) {
      throw new IngotException(
          ErrorKind.BLOCKED,
          configFile
              + " asks for code from the model's author (auto_map: "
              + config.get("auto_map")
              + "). Ingot never runs it. If the architecture is a known one, remove the key or pass"
              + " --trust-remote-code where the command has it; the code is ignored then");
    }
    return new ModelFolder(path, config, openWeights(path));
  }

  private static ShardedTensors openWeights(Path path) {
    Path single = path.resolve("model.safetensors");
    Path index = path.resolve("model.safetensors.index.json");
    if (Files.isRegularFile(single)) {
      return ShardedTensors.open(List.of(single));
    }
    if (Files.isRegularFile(index)) {
      return ShardedTensors.openIndex(index);
    }
    List<String> names = names(path);
    List<Path> loose =
        names.stream().filter(n -> n.endsWith(".safetensors")).map(path::resolve).toList();
    if (!loose.isEmpty()) {
      return ShardedTensors.open(loose);
    }
    Optional<String> pickle =
        names.stream().filter(n -> PICKLES.stream().anyMatch(n::endsWith)).findFirst();
    if (pickle.isPresent()) {
      throw new IngotException(
          ErrorKind.BLOCKED,
          path
              + " holds its weights only as a pickle ("
              + pickle.get()
              + "), which can run code when read. Ingot reads safetensors and GGUF only; convert the"
              + " model to safetensors first");
    }
    throw IngotException.invalid(path + " holds no weights: no .safetensors file is there");
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(f -> f.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw IngotException.failed("cannot list " + folder + ": " + e.getMessage());
    }
  }

  public Path path() {
    return path;
  }

  @Override
  public ObjectNode config() {
    return config.deepCopy();
  }

  @Override
  public TensorSource weights() {
    return weights;
  }

  @Override
  public Optional<Path> folder() {
    return Optional.of(path);
  }

  @Override
  public void close() {
    weights.close();
  }
}
