package io.ingot.gguf;

import io.ingot.error.IngotException;
import io.ingot.model.Fingerprint;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A model in one GGUF file, or in the shards of which the first is named. */
public final class GgufModelFiles implements AutoCloseable {
  private static final Pattern SHARD = Pattern.compile("^(.*)-(\\d{5})-of-(\\d{5})\\.gguf$");

  private final List<GgufFile> files;

  private GgufModelFiles(List<GgufFile> files) {
    this.files = List.copyOf(files);
  }

  /**
   * Opens a file and, where it says that it is the first of several, the others.
   *
   * @throws IngotException when a shard is missing or they do not belong together
   */
  public static GgufModelFiles open(Path path) {
    List<GgufFile> files = new ArrayList<>();
    try {
      GgufFile first = GgufFile.open(path);
      files.add(first);
      if (first.isBigEndian()) {
        throw IngotException.invalid(
            path + ": a big-endian file; convert the model again without --bigendian");
      }
      long count = number(first, "split.count").orElse(1L);
      if (count > 1) {
        openShards(path, first, count, files);
      }
      requireUniqueTensors(path, files);
      return new GgufModelFiles(files);
    } catch (RuntimeException e) {
      files.forEach(GgufFile::close);
      throw e;
    }
  }

  /** Tells apart files whose content may differ, without reading weights. */
  String fingerprint() {
    return files.stream().map(f -> Fingerprint.of(f.path())).collect(Collectors.joining("\n"));
  }

  private static void openShards(Path path, GgufFile first, long count, List<GgufFile> files) {
    Matcher matcher = SHARD.matcher(path.getFileName().toString());
    if (number(first, "split.no").orElse(0L) != 0
        || !matcher.matches()
        || Long.parseLong(matcher.group(3)) != count) {
      throw IngotException.invalid(
          path
              + ": one of "
              + count
              + " shards; name the first, which must be called like model-00001-of-"
              + String.format("%05d", count)
              + ".gguf");
    }
    for (int i = 2; i <= count; i++) {
      String name = String.format("%s-%05d-of-%05d.gguf", matcher.group(1), i, count);
      GgufFile shard = GgufFile.open(path.resolveSibling(name));
      files.add(shard);
      if (number(shard, "split.no").orElse(-1L) != i - 1) {
        throw IngotException.invalid(shard.path() + ": not shard " + i + " of " + count);
      }
    }
  }

  private static Optional<Long> number(GgufFile file, String key) {
    return file.value(key).map(GgufValue::integer);
  }

  private static void requireUniqueTensors(Path path, List<GgufFile> files) {
    Set<String> names = new LinkedHashSet<>();
    long announced = number(files.getFirst(), "split.tensors.count").orElse(-1L);
    for (GgufFile file : files) {
      for (GgufTensor tensor : file.tensors()) {
        if (!names.add(tensor.name())) {
          throw IngotException.invalid(
              file.path() + ": tensor '" + tensor.name() + "' is in another shard, too");
        }
      }
    }
    if (files.size() > 1 && announced >= 0 && announced != names.size()) {
      throw IngotException.invalid(
          path + ": the shards hold " + names.size() + " tensors, not " + announced);
    }
  }

  public List<GgufFile> files() {
    return files;
  }

  /** The metadata of the model, which lies in the first file. */
  public SequencedMap<String, GgufValue> metadata() {
    return files.getFirst().metadata();
  }

  /** The tensors of each file, ready to be written elsewhere. */
  public List<List<OutputTensor>> tensors() {
    List<List<OutputTensor>> shards = new ArrayList<>();
    for (GgufFile file : files) {
      shards.add(file.tensors().stream().map(tensor -> copy(file, tensor)).toList());
    }
    return shards;
  }

  private static OutputTensor copy(GgufFile file, GgufTensor tensor) {
    MemorySegment data = file.data(tensor);
    long rowBytes = tensor.type().rowBytes(tensor.columns());
    TensorBytes bytes =
        (first, count, out) ->
            MemorySegment.copy(
                data,
                ValueLayout.JAVA_BYTE,
                first * rowBytes,
                out,
                0,
                Math.toIntExact(count * rowBytes));
    return new OutputTensor(tensor.name(), tensor.dims(), tensor.type(), bytes);
  }

  @Override
  public void close() {
    files.forEach(GgufFile::close);
  }
}
