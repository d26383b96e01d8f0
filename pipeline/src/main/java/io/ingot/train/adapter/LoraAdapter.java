package io.ingot.train.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ingot.adapter.Adapter;
import io.ingot.adapter.AdapterConfig;
import io.ingot.error.IngotException;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import io.ingot.train.decoder.Decoder;
import io.ingot.train.decoder.DecoderWeights.Linear;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The trainable tensors of an adapter, all fp32, put beside the weights of a decoder. Parameters
 * lie in the order in which the decoder yields gradients.
 */
public final class LoraAdapter implements AutoCloseable {
  private final NDManager manager;
  private final NDManager host;
  private final List<Parameter> parameters = new ArrayList<>();

  /** What a parameter is to the optimizer and to PEFT's files. */
  public enum Role {
    A(".lora_A.weight"),
    B(".lora_B.weight"),
    MAGNITUDE(".lora_magnitude_vector");

    private final String suffix;

    Role(String suffix) {
      this.suffix = suffix;
    }
  }

  /**
   * A trainable tensor.
   *
   * @param name as in PEFT's file, e.g. {@code base_model.model.lm_head.lora_A.weight}
   */
  public record Parameter(String name, Role role, List<Long> shape, NDArray value) {
    public TensorInfo info() {
      return new TensorInfo(name, DType.F32, shape);
    }
  }

  private LoraAdapter(Decoder decoder) {
    this.manager = decoder.newScope();
    this.host = manager.newSubManager(Device.cpu());
  }

  /** A new adapter: it changes nothing yet. */
  public static LoraAdapter fresh(Decoder decoder, LoraSettings settings, long seed) {
    AdapterConfig config = settings.config();
    LoraAdapter adapter = new LoraAdapter(decoder);
    for (Linear linear : settings.choose(ordered(decoder))) {
      int rank = config.rank(linear.name());
      SplittableRandom random = new SplittableRandom(seed * 31 + linear.name().hashCode());
      double bound = 1 / Math.sqrt(linear.inputs());
      float[] a = new float[Math.multiplyExact(rank, linear.inputs())];
      for (int i = 0; i < a.length; i++) {
        a[i] =
            (float)
                (settings.start() == LoraSettings.Start.GAUSSIAN
                    ? gaussian(random) / rank
                    : random.nextDouble(-bound, bound));
      }
      float[] b = new float[Math.multiplyExact(linear.outputs(), rank)];
      if (settings.start() == LoraSettings.Start.RANDOM) {
        double side = 1 / Math.sqrt(rank);
        for (int i = 0; i < b.length; i++) {
          b[i] = (float) random.nextDouble(-side, side);
        }
      }
      NDArray magnitude = settings.dora() ? decoder.rowNorms(linear) : null;
      adapter.add(decoder, linear, rank, a, b, magnitude, config, settings.dropout());
    }
    return adapter;
  }

  /**
   * An adapter to go on from.
   *
   * @throws IngotException when it has modules that the model has not, or other shapes
   */
  public static LoraAdapter of(Decoder decoder, Adapter start, double dropout) {
    if (!start.replacements().isEmpty()) {
      throw IngotException.invalid(
          start.folder()
              + " also replaces "
              + start.replacements().keySet().iterator().next()
              + "; training can go on from adapters that hold LoRA factors only");
    }
    for (String module : start.pairs().keySet()) {
      if (!decoder.weights().linears().containsKey(module)) {
        throw IngotException.invalid(
            start.folder() + " adapts " + module + ", which is no linear module of the base");
      }
    }
    LoraAdapter adapter = new LoraAdapter(decoder);
    for (Linear linear : ordered(decoder)) {
      Adapter.Pair pair = start.pairs().get(linear.name());
      if (pair == null) {
        continue;
      }
      if (pair.bias() != null) {
        throw IngotException.invalid(start.folder() + " has lora_bias, which cannot be trained");
      }
      expect(start, pair.down(), 1, linear.inputs());
      expect(start, pair.up(), 0, linear.outputs());
      TensorInfo vector = pair.magnitude();
      NDArray magnitude = vector == null ? null : adapter.vector(floats(start, vector));
      adapter.add(
          decoder,
          linear,
          Math.toIntExact(pair.down().shape().getFirst()),
          floats(start, pair.down()),
          floats(start, pair.up()),
          magnitude,
          start.config(),
          dropout);
    }
    return adapter;
  }

  /** In the order of the program: layers first. */
  private static List<Linear> ordered(Decoder decoder) {
    Collection<Linear> all = decoder.weights().linears().values();
    return Stream.concat(
            all.stream().filter(Linear::inLayers), all.stream().filter(l -> !l.inLayers()))
        .toList();
  }

  private static void expect(Adapter start, TensorInfo info, int dimension, int size) {
    if (info.shape().get(dimension) != size) {
      throw IngotException.invalid(
          "%s: %s has the shape %s, which does not fit the base: expected %d in place %d"
              .formatted(start.folder(), info.name(), info.shape(), size, dimension + 1));
    }
  }

  private void add(
      Decoder decoder,
      Linear linear,
      int rank,
      float[] a,
      float[] b,
      @Nullable NDArray magnitude,
      AdapterConfig config,
      double dropout) {
    NDArray down = matrix(a, rank, linear.inputs());
    NDArray up = matrix(b, linear.outputs(), rank);
    float scaling = (float) config.scaling(linear.name());
    decoder
        .weights()
        .adapt(linear, down, up, magnitude, host.create(new float[] {scaling, (float) dropout}));
    add(linear, Role.A, List.of((long) rank, (long) linear.inputs()), down);
    add(linear, Role.B, List.of((long) linear.outputs(), (long) rank), up);
    if (magnitude != null) {
      add(linear, Role.MAGNITUDE, List.of((long) linear.outputs()), magnitude);
    }
  }

  private void add(Linear linear, Role role, List<Long> shape, NDArray value) {
    String name = "base_model.model." + linear.name() + role.suffix;
    parameters.add(new Parameter(name, role, shape, value));
  }

  /** Copied into memory that libtorch aligns, so that kernels round alike in every process. */
  private NDArray matrix(float[] values, int rows, int columns) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray copy = scope.create(values, new Shape(rows, columns)).duplicate();
      copy.attach(manager);
      return copy;
    }
  }

  private NDArray vector(float[] values) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray copy = scope.create(values).duplicate();
      copy.attach(manager);
      return copy;
    }
  }

  private static float[] floats(Adapter adapter, TensorInfo info) {
    MemorySegment data = adapter.tensors().data(info.name());
    int n = Math.toIntExact(info.elements());
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] =
          switch (info.dtype()) {
            case F32 -> data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
            case BF16 ->
                Float.intBitsToFloat(data.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i) << 16);
            case F16 -> Float.float16ToFloat(data.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i));
            default ->
                throw IngotException.invalid(
                    adapter.folder() + ": " + info.name() + " is " + info.dtype() + ", no float");
          };
    }
    return values;
  }

  /** Box-Muller; the generator itself may change between releases of the JDK. */
  private static double gaussian(SplittableRandom random) {
    double radius = Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
  }

  /** All trainable tensors. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** Their values, to be changed in place. */
  public List<NDArray> values() {
    return parameters.stream().map(Parameter::value).toList();
  }

  /** Zeros in the shapes of the parameters. */
  public List<NDArray> zeros() {
    return parameters.stream()
        .map(p -> manager.zeros(p.value().getShape(), DataType.FLOAT32))
        .toList();
  }

  /** Number of trainable scalars. */
  public long size() {
    return parameters.stream().mapToLong(p -> p.info().elements()).sum();
  }

  @Override
  public void close() {
    manager.close();
  }
}
