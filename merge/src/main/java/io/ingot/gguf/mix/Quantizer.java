package io.ingot.gguf.mix;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgmlType;
import io.ingot.gguf.GgufOutput;
import io.ingot.gguf.GgufTensor;
import io.ingot.gguf.GgufValue;
import io.ingot.gguf.OutputTensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Plans the quantization of a model, as llama-quantize of llama.cpp 0.5.0 does it. */
public final class Quantizer {
  private static final Pattern LAYER = Pattern.compile("^blk\\.(\\d+)\\.");
  private static final Pattern ANY_LAYER = Pattern.compile("blk\\.(\\d+)\\.");
  private static final long QUANTIZATION_VERSION = 2;

  private record Placed(OutputTensor tensor, String originalName, int shard, int index) {}

  private final QuantizeInput input;
  private final QuantizeOptions options;

  private Quantizer(QuantizeInput input, QuantizeOptions options) {
    this.input = input;
    this.options = options;
  }

  /**
   * Chooses types and metadata; reads no tensor data.
   *
   * @param keepSplit whether the output has the shards of the input
   * @throws IngotException when the model cannot be quantized like this
   */
  public static QuantizePlan plan(QuantizeInput input, QuantizeOptions options, boolean keepSplit) {
    return new Quantizer(input, options).plan(keepSplit);
  }

  private QuantizePlan plan(boolean keepSplit) {
    SequencedMap<String, GgufValue> metadata = new LinkedHashMap<>(input.metadata());
    options.overrides().forEach(o -> metadata.put(o.key(), o.value()));
    MixModel model = MixModel.of(metadata);
    Pruning pruning = new Pruning(options.pruneLayers());
    List<Placed> tensors = new ArrayList<>();
    for (Placed placed : sorted()) {
      String name = pruning.rename(placed.tensor().name());
      if (!name.isEmpty()) {
        OutputTensor renamed = renamed(placed.tensor(), name);
        tensors.add(new Placed(renamed, placed.originalName(), placed.shard(), placed.index()));
      }
    }
    if (keepSplit) {
      tensors.sort(Comparator.comparingInt(Placed::shard).thenComparingInt(Placed::index));
    }
    TypeMix mix =
        new TypeMix(model, options, tensors.stream().map(t -> t.tensor().name()).toList());
    int shards = keepSplit ? input.shards().size() : 1;
    List<List<OutputTensor>> outputs = new ArrayList<>();
    for (int i = 0; i < shards; i++) {
      outputs.add(new ArrayList<>());
    }
    List<QuantizePlan.Choice> choices = new ArrayList<>();
    for (Placed placed : tensors) {
      OutputTensor quantized = quantized(placed, mix);
      GgufTensor result = info(quantized);
      choices.add(
          new QuantizePlan.Choice(
              quantized.name(),
              placed.tensor().type(),
              quantized.type(),
              result.elements(),
              result.bytes()));
      outputs.get(keepSplit ? placed.shard() : 0).add(quantized);
    }
    return new QuantizePlan(choices, withMetadata(outputs, model, pruning, tensors.size()));
  }

  /** By layer, then by name: the order in which llama.cpp keeps tensors. */
  private List<Placed> sorted() {
    List<Placed> all = new ArrayList<>();
    for (int shard = 0; shard < input.shards().size(); shard++) {
      List<OutputTensor> tensors = input.shards().get(shard);
      for (int i = 0; i < tensors.size(); i++) {
        all.add(new Placed(tensors.get(i), tensors.get(i).name(), shard, i));
      }
    }
    all.sort(
        Comparator.comparingLong((Placed t) -> layer(t.tensor().name()))
            .thenComparing(t -> t.tensor().name()));
    return all;
  }

  private static long layer(String name) {
    Matcher matcher = LAYER.matcher(name);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
  }

  private static OutputTensor renamed(OutputTensor tensor, String name) {
    return name.equals(tensor.name())
        ? tensor
        : new OutputTensor(name, tensor.dims(), tensor.type(), tensor.data());
  }

  private static GgufTensor info(OutputTensor tensor) {
    return new GgufTensor(tensor.name(), tensor.dims(), tensor.type(), 0);
  }

  private OutputTensor quantized(Placed placed, TypeMix mix) {
    OutputTensor tensor = placed.tensor();
    GgufTensor before = info(tensor);
    GgmlType type = mix.choose(before);
    List<Long> dims = tensor.dims().subList(0, Math.min(before.rank(), tensor.dims().size()));
    float[] weights = null;
    if (type != tensor.type()) {
      if (before.columns() % type.blockElements() != 0) {
        throw IngotException.invalid(
            "tensor '"
                + tensor.name()
                + "' has rows of "
                + before.columns()
                + " values, which do not divide into blocks of "
                + type);
      }
      weights = weights(placed.originalName(), before);
      if (weights == null && mix.needsWeights(before, type)) {
        throw IngotException.invalid(
            "tensor '"
                + tensor.name()
                + "' would become "
                + type
                + ", which is of no use without an importance matrix for it; give one with"
                + " --imatrix FILE or choose a larger type");
      }
      if (tensor.type().isQuantized() && !options.allowRequantize()) {
        throw IngotException.invalid(
            "tensor '"
                + tensor.name()
                + "' is quantized already ("
                + tensor.type()
                + "); quantize the 16-bit model, or allow the loss with --allow-requantize");
      }
      io.ingot.gguf.quant.BlockCodecs.of(type);
      io.ingot.gguf.quant.BlockCodecs.of(tensor.type());
    }
    return new OutputTensor(tensor.name(), dims, type, new QuantizedRows(tensor, type, weights));
  }

  private float @Nullable [] weights(String name, GgufTensor tensor) {
    if (options.importance().isEmpty()) {
      return null;
    }
    ImportanceMatrix matrix = options.importance().get();
    float[] weights = matrix.weights().get(name);
    if (weights == null) {
      return null;
    }
    long expected = tensor.columns() * tensor.dim(2);
    if (weights.length == expected) {
      return weights;
    }
    if (TensorRole.of(tensor.name()) == TensorRole.TOKEN_EMBEDDING) {
      return null;
    }
    throw IngotException.invalid(
        matrix.file()
            + " has "
            + weights.length
            + " weights for tensor '"
            + name
            + "', which needs "
            + expected
            + "; the importance matrix belongs to another model");
  }

  private List<GgufOutput> withMetadata(
      List<List<OutputTensor>> shards, MixModel model, Pruning pruning, int tensors) {
    List<GgufOutput> outputs = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      SequencedMap<String, GgufValue> metadata = new LinkedHashMap<>();
      if (i == 0) {
        metadata.putAll(metadata(model, pruning));
      }
      if (shards.size() > 1) {
        append(metadata, "split.no", GgufValue.u16(i));
        append(metadata, "split.count", GgufValue.u16(shards.size()));
        append(metadata, "split.tensors.count", GgufValue.i32(tensors));
      }
      outputs.add(new GgufOutput(metadata, shards.get(i)));
    }
    return outputs;
  }

  private SequencedMap<String, GgufValue> metadata(MixModel model, Pruning pruning) {
    SequencedMap<String, GgufValue> metadata = new LinkedHashMap<>();
    input.metadata().forEach((key, value) -> metadata.put(key, value.cutAtNul()));
    // Tensors are laid out with the default alignment.
    metadata.remove("general.alignment");
    append(metadata, "general.quantization_version", GgufValue.u32(QUANTIZATION_VERSION));
    GgufValue fileType = input.metadata().get("general.file_type");
    append(
        metadata,
        "general.file_type",
        options.fileType() == FileType.COPY && fileType != null
            ? GgufValue.u32(fileType.integer())
            : GgufValue.u32(options.fileType().number()));
    for (String key : List.of("split.no", "split.count", "split.tensors.count")) {
      metadata.remove(key);
    }
    options.overrides().forEach(override -> append(metadata, override.key(), override.value()));
    options.importance().ifPresent(matrix -> describe(metadata, matrix));
    if (pruning.isActive()) {
      append(metadata, model.architecture() + ".block_count", GgufValue.u32(pruning.nextLayer()));
    }
    return metadata;
  }

  private static void describe(SequencedMap<String, GgufValue> metadata, ImportanceMatrix matrix) {
    if (matrix.weights().isEmpty()) {
      return;
    }
    append(metadata, "quantize.imatrix.file", GgufValue.of(matrix.file()).cutTo(127));
    matrix
        .dataset()
        .ifPresent(
            name -> append(metadata, "quantize.imatrix.dataset", GgufValue.of(name).cutTo(127)));
    append(metadata, "quantize.imatrix.entries_count", GgufValue.u32(matrix.weights().size()));
    if (matrix.chunks() > 0) {
      append(metadata, "quantize.imatrix.chunks_count", GgufValue.u32(matrix.chunks()));
    }
  }

  /** A key that is set goes to the end. */
  private static void append(
      SequencedMap<String, GgufValue> metadata, String key, GgufValue value) {
    metadata.remove(key);
    metadata.put(key, Objects.requireNonNull(value));
  }

  /** Leaves layers out and closes the gaps in the numbers of the others. */
  private static final class Pruning {
    private final List<Integer> pruned;
    private final Map<Integer, String> numbers = new LinkedHashMap<>();
    private int next;

    Pruning(List<Integer> pruned) {
      this.pruned = pruned;
    }

    boolean isActive() {
      return !pruned.isEmpty();
    }

    int nextLayer() {
      return next;
    }

    /** The new name; empty for a tensor of a pruned layer. */
    String rename(String name) {
      Matcher matcher = ANY_LAYER.matcher(name);
      if (pruned.isEmpty() || !matcher.find()) {
        return name;
      }
      int layer = Integer.parseInt(matcher.group(1));
      if (!numbers.containsKey(layer)) {
        if (pruned.contains(layer)) {
          numbers.put(layer, "");
        } else if (layer < pruned.getFirst()) {
          numbers.put(layer, Integer.toString(layer));
          next = layer + 1;
        } else {
          numbers.put(layer, Integer.toString(next));
          next++;
        }
      }
      String number = Objects.requireNonNull(numbers.get(layer));
      return number.isEmpty()
          ? ""
          : name.substring(0, matcher.start(1)) + number + name.substring(matcher.end(1));
    }
  }
}
