package io.ingot.train.trainer;

import ai.djl.ndarray.NDArray;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import io.ingot.train.adapter.LoraAdapter;
import io.ingot.train.decoder.Decoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The state after a step, in one file that is replaced atomically: parameters and both moments,
 * fp32. Order of data, dropout and learning rate follow from the number of the step.
 */
final class Checkpoint {
  private final Path file;
  private final String key;

  /**
   * A place for checkpoints.
   *
   * @param key names the work; a checkpoint of other work is not taken
   */
  Checkpoint(Path folder, String key) {
    this.file = folder.resolve("checkpoint.safetensors");
    this.key = key;
  }

  void write(
      int step, List<LoraAdapter.Parameter> parameters, List<NDArray> first, List<NDArray> second) {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    List<TensorInfo> infos = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      LoraAdapter.Parameter p = parameters.get(i);
      arrays.put(p.name(), p.value());
      arrays.put(p.name() + ".first", first.get(i));
      arrays.put(p.name() + ".second", second.get(i));
      for (String suffix : List.of("", ".first", ".second")) {
        infos.add(new TensorInfo(p.name() + suffix, DType.F32, p.shape()));
      }
    }
    SafetensorsWriter.write(
        file,
        infos,
        Map.of("step", Integer.toString(step), "key", key),
        info -> {
          NDArray array = arrays.get(info.name());
          if (array == null) {
            throw new IllegalStateException(info.name());
          }
          return MemorySegment.ofBuffer(array.toByteBuffer());
        });
  }

  /** Puts the state back; the number of steps done, 0 where there is none to take. */
  int read(
      Decoder decoder,
      List<LoraAdapter.Parameter> parameters,
      List<NDArray> first,
      List<NDArray> second) {
    if (!Files.isRegularFile(file)) {
      return 0;
    }
    try (SafetensorsFile stored = SafetensorsFile.open(file)) {
      if (!key.equals(stored.metadata().get("key"))) {
        return 0;
      }
      List<NDArray> targets = new ArrayList<>();
      List<float[]> values = new ArrayList<>();
      for (int i = 0; i < parameters.size(); i++) {
        LoraAdapter.Parameter p = parameters.get(i);
        targets.addAll(List.of(p.value(), first.get(i), second.get(i)));
        for (String suffix : List.of("", ".first", ".second")) {
          MemorySegment data = stored.data(p.name() + suffix);
          values.add(data.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
        }
      }
      decoder.restore(targets, values);
      return Integer.parseInt(stored.metadata().getOrDefault("step", "0"));
    }
  }
}
