package io.ingot.safetensors;

import io.ingot.error.IngotException;
import io.ingot.tensor.FileStamp;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Tensors of several files as one source. Safe for concurrent reads. */
public final class ShardedTensors implements TensorSource {
  private final List<SafetensorsFile> files;
  private final Map<String, SafetensorsFile> homes;
  private final SequencedMap<String, TensorInfo> tensors;

  private ShardedTensors(
      List<SafetensorsFile> files,
      Map<String, SafetensorsFile> homes,
      SequencedMap<String, TensorInfo> tensors) {
    this.files = files;
    this.homes = homes;
    this.tensors = Collections.unmodifiableSequencedMap(tensors);
  }

  /**
   * Opens the shards that an index names.
   *
   * @param index {@code *.safetensors.index.json}
   * @throws IngotException when the index leaves the folder, a shard is missing, a tensor is not
   *     where the index says, or a shard holds a tensor that the index does not name
   */
  public static ShardedTensors openIndex(Path index) {
    ShardIndex shards = ShardIndex.read(index);

    List<Path> paths = new ArrayList<>();
    for (String shard : new LinkedHashSet<>(shards.shards().values())) {
      Path path = index.resolveSibling(shard);
      if (!Files.isRegularFile(path)) {
        throw IngotException.notFound(
            "%s names the shard %s, which is missing; download the model again"
                .formatted(index, shard));
      }
      paths.add(path);
    }
    ShardedTensors opened = open(paths);
    shards
        .shards()
        .forEach(
            (tensor, shard) -> {
              SafetensorsFile home = opened.homes.get(tensor);
              if (home == null || !home.path().getFileName().toString().equals(shard)) {
                opened.close();
                throw IngotException.invalid(
                    "%s says that tensor '%s' lies in %s, but %s"
                        .formatted(
                            index,
                            tensor,
                            shard,
                            home == null ? "no shard has it" : "it lies in " + home.path()));
              }
            });
    for (String tensor : opened.tensors.keySet()) {
      if (!shards.shards().containsKey(tensor)) {
        opened.close();
        throw IngotException.invalid(
            "tensor '%s' lies in a shard but is missing from the index %s; the folder mixes two models"
                .formatted(tensor, index));
      }
    }
    return opened;
  }

  /** Opens files that together make one model; no two may hold the same tensor. */
  public static ShardedTensors open(List<Path> paths) {
    List<SafetensorsFile> files = new ArrayList<>();
    Map<String, SafetensorsFile> homes = new LinkedHashMap<>();
    SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
    try {
      for (Path path : paths) {
        SafetensorsFile file = SafetensorsFile.open(path);
        files.add(file);
        file.tensors()
            .forEach(
                (name, info) -> {
                  SafetensorsFile other = homes.put(name, file);
                  if (other != null) {
                    throw IngotException.invalid(
                        "tensor '%s' lies in both %s and %s"
                            .formatted(name, other.path(), file.path()));
                  }
                  tensors.put(name, info);
                });
      }
    } catch (RuntimeException e) {
      files.forEach(SafetensorsFile::close);
      throw e;
    }
    return new ShardedTensors(files, homes, tensors);
  }

  /** The files, in the order they were given. */
  public List<Path> paths() {
    return files.stream().map(SafetensorsFile::path).toList();
  }

  @Override
  public List<FileStamp> files() {
    return files.stream().flatMap(f -> f.files().stream()).toList();
  }

  /** What all files say in their {@code __metadata__}. */
  public Map<String, String> metadata() {
    if (files.isEmpty()) {
      return Map.of();
    }
    Map<String, String> common = new LinkedHashMap<>(files.getFirst().metadata());
    files.forEach(f -> common.entrySet().retainAll(f.metadata().entrySet()));
    return common;
  }

  /** The file that holds a tensor; null when none does. */
  public @org.jspecify.annotations.Nullable Path home(String tensor) {
    SafetensorsFile file = homes.get(tensor);
    return file == null ? null : file.path();
  }

  @Override
  public SequencedMap<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public MemorySegment data(String name) {
    SafetensorsFile file = homes.get(name);
    if (file == null) {
      throw IngotException.invalid(
          "no tensor '%s' in %s"
              .formatted(name, files.isEmpty() ? "an empty model" : files.getFirst().path()));
    }
    return file.data(name);
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
