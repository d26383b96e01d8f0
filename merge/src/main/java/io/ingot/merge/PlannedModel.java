package io.ingot.merge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.model.Model;
import io.ingot.tensor.NotWrittenException;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A model that a merge will write: its configuration, the shapes of its tensors and its small files
 * are known, its weights are not there yet.
 *
 * @param files folder with tokenizer and configuration; whoever made it deletes it
 * @param fingerprint digest of the merge
 */
record PlannedModel(
    ObjectNode config, SequencedMap<String, TensorInfo> tensors, Path files, String fingerprint)
    implements Model {

  PlannedModel(ObjectNode config, List<TensorInfo> tensors, Path files, String digest) {
    this(config, byName(tensors), files, "merge " + digest);
  }

  private static SequencedMap<String, TensorInfo> byName(List<TensorInfo> tensors) {
    SequencedMap<String, TensorInfo> byName = new LinkedHashMap<>();
    tensors.forEach(t -> byName.put(t.name(), t));
    return Collections.unmodifiableSequencedMap(byName);
  }

  @Override
  public ObjectNode config() {
    return config.deepCopy();
  }

  @Override
  public Optional<Path> folder() {
    return Optional.of(files);
  }

  @Override
  public TensorSource weights() {
    return new Headers(tensors);
  }

  @Override
  public void close() {}

  /** Shapes without data. */
  private record Headers(SequencedMap<String, TensorInfo> tensors) implements TensorSource {
    @Override
    public MemorySegment data(String name) {
      throw new NotWrittenException(name);
    }

    @Override
    public void close() {}
  }
}
