package io.ingot.gguf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * How a model is cut into several files; zeros mean no limit.
 *
 * @param firstWithoutTensors whether the first file holds the metadata alone
 */
public record Sharding(int mostTensors, long mostBytes, boolean firstWithoutTensors) {
  /** Everything in one file. */
  public static final Sharding NONE = new Sharding(0, 0, false);

  /** Whether more than one file was asked for. */
  public boolean isWanted() {
    return mostTensors > 0 || mostBytes > 0 || firstWithoutTensors;
  }

  /** The files; a single one is as it was. */
  public List<GgufOutput> split(GgufOutput output) {
    List<List<OutputTensor>> shards = new ArrayList<>();
    shards.add(new ArrayList<>());
    if (firstWithoutTensors) {
      shards.add(new ArrayList<>());
    }
    long bytes = 0;
    for (OutputTensor tensor : output.tensors()) {
      long size = tensor.at(0).bytes();
      int held = shards.getLast().size();
      if (held > 0
          && (mostTensors > 0 && held >= mostTensors
              || mostBytes > 0 && bytes + size > mostBytes)) {
        shards.add(new ArrayList<>());
        bytes = 0;
      }
      shards.getLast().add(tensor);
      bytes += size;
    }
    if (shards.size() == 1) {
      return List.of(output);
    }
    List<GgufOutput> outputs = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      SequencedMap<String, GgufValue> metadata =
          i == 0 ? new LinkedHashMap<>(output.metadata()) : new LinkedHashMap<>();
      metadata.putAll(GgufHeader.shardEntries(i, shards.size(), output.tensors().size()));
      outputs.add(new GgufOutput(metadata, shards.get(i)));
    }
    return outputs;
  }
}
