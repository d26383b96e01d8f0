package io.ingot.train.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.tensor.TensorSource;
import io.ingot.train.Precision;
import io.ingot.train.decoder.rotary.RotaryEmbedding;
import io.ingot.train.torch.TensorLoader;
import io.ingot.train.torch.TorchDevice;
import io.ingot.train.torch.TorchProgram;
import io.ingot.train.torch.TorchProgram.Argument;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A compiled decoder with its weights on a device. Not thread-safe. */
public final class Decoder implements AutoCloseable {
  private final DecoderShape shape;
  private final TorchProgram program;
  private final DecoderWeights weights;
  private final TorchDevice device;

  private Decoder(
      DecoderShape shape, TorchProgram program, DecoderWeights weights, TorchDevice device) {
    this.shape = shape;
    this.program = program;
    this.weights = weights;
    this.device = device;
  }

  /**
   * Compiles the program of the configuration and loads the weights, which are copied once.
   *
   * @throws IngotException for an unknown family or weights that do not fit
   */
  public static Decoder load(
      ObjectNode config, TensorSource source, Precision precision, TorchDevice device) {
    DecoderShape shape = DecoderConfig.read(config);
    DecoderProgram text = DecoderProgram.of(shape);
    TorchProgram program = text.compile(device);
    NDManager manager = device.newManager();
    try {
      DecoderWeights weights =
          DecoderWeights.load(text, source, precision, new TensorLoader(program), manager);
      return new Decoder(shape, program, weights, device);
    } catch (RuntimeException e) {
      manager.close();
      program.close();
      throw e;
    }
  }

  public DecoderShape shape() {
    return shape;
  }

  public DecoderWeights weights() {
    return weights;
  }

  public TorchDevice device() {
    return device;
  }

  /** A manager for the tensors of one piece of work; to be closed. */
  public NDManager newScope() {
    return weights.manager().newSubManager();
  }

  /**
   * Sum of the cross entropy over the targets; gradients times {@code weight} are added to {@code
   * grads}.
   *
   * @param places packed places of the tokens that predict
   * @param targets the token that each of them should predict
   * @param recompute whether to keep the inputs of the layers only
   * @param seed of the dropout masks, or -1 for none
   * @param grads as {@link DecoderWeights#linears} are ordered, A, B and magnitude of each
   */
  public double gradients(
      PackedRows rows,
      long[] places,
      long[] targets,
      double weight,
      boolean recompute,
      long seed,
      List<NDArray> grads) {
    try (NDManager scope = newScope();
        NDManager host = scope.newSubManager(Device.cpu())) {
      List<Argument> arguments = new ArrayList<>(batch(scope, host, rows, 0, false));
      arguments.add(Argument.of(scope.create(places)));
      arguments.add(Argument.of(scope.create(targets)));
      arguments.add(Argument.of(scope.create((float) weight)));
      arguments.add(Argument.of(host.create(new long[] {recompute ? 1 : 0, seed})));
      addModel(arguments, scope, rows.longest());
      arguments.add(Argument.of(grads));
      return program
          .train(scope, "gradients", arguments.toArray(Argument[]::new))
          .get(0)
          .getFloat();
    }
  }

  /** Log-probabilities of the targets at packed places. */
  public float[] score(PackedRows rows, long[] places, long[] targets) {
    try (NDManager scope = newScope();
        NDManager host = scope.newSubManager(Device.cpu())) {
      List<Argument> arguments = new ArrayList<>(batch(scope, host, rows, 0, false));
      arguments.add(Argument.of(scope.create(places)));
      arguments.add(Argument.of(scope.create(targets)));
      addModel(arguments, scope, rows.longest());
      return program
          .infer(scope, "score", arguments.toArray(Argument[]::new))
          .get(0)
          .toFloatArray();
    }
  }

  /** Log-softmax at every token, [tokens, vocabulary], row-major. */
  float[] distributions(PackedRows rows) {
    try (NDManager scope = newScope();
        NDManager host = scope.newSubManager(Device.cpu())) {
      List<Argument> arguments = new ArrayList<>(batch(scope, host, rows, 0, false));
      addModel(arguments, scope, rows.longest());
      return program
          .infer(scope, "distributions", arguments.toArray(Argument[]::new))
          .get(0)
          .toFloatArray();
    }
  }

  /** An empty cache for so many rows of at most {@code capacity} tokens; owned by the scope. */
  NDList cache(NDManager scope, int rows, int capacity) {
    try (NDManager host = scope.newSubManager(Device.cpu())) {
      return program.infer(
          scope,
          "cache",
          Argument.of(host.create(new long[] {rows, 0, capacity, 0})),
          Argument.of(weights.shared()));
    }
  }

  /** The cache of the rows that go on; the old one is closed. */
  NDList keep(NDManager scope, NDList cache, int rows, int capacity, long[] kept) {
    try (NDManager host = scope.newSubManager(Device.cpu())) {
      NDList rest =
          program.infer(
              scope,
              "keep",
              Argument.of(host.create(new long[] {rows, 0, capacity, 0})),
              Argument.of(scope.create(kept)),
              Argument.of(cache));
      cache.close();
      return rest;
    }
  }

  /**
   * The likeliest next token of every row; the cache takes the keys and values of these tokens.
   *
   * @param reads whether earlier tokens lie in the cache, so that each row brings one token
   */
  long[] next(
      NDManager owner, PackedRows rows, int longest, NDList cache, int capacity, boolean reads) {
    try (NDManager scope = owner.newSubManager();
        NDManager host = scope.newSubManager(Device.cpu())) {
      List<Argument> arguments = new ArrayList<>(batch(scope, host, rows, capacity, reads));
      long[] last = new long[rows.count()];
      for (int r = 0; r < last.length; r++) {
        last[r] = (r + 1 < last.length ? rows.starts()[r + 1] : rows.tokens()) - 1;
      }
      arguments.add(Argument.of(scope.create(last)));
      addModel(arguments, scope, longest);
      arguments.add(Argument.of(cache));
      return program.infer(scope, "next", arguments.toArray(Argument[]::new)).get(0).toLongArray();
    }
  }

  /** Scales the gradients so that their norm is at most {@code limit} (0: no limit). */
  public double clip(double limit, List<NDArray> grads) {
    try (NDManager scope = newScope();
        NDManager host = scope.newSubManager(Device.cpu())) {
      return program
          .train(scope, "clip", Argument.of(host.create(limit)), Argument.of(grads))
          .get(0)
          .getFloat();
    }
  }

  /**
   * One AdamW update in place; the gradients become zero.
   *
   * @param step from 1
   * @param rates learning rate of each parameter
   * @param decays weight decay of each parameter
   */
  public void adamw(
      int step,
      double[] betas,
      double eps,
      double[] rates,
      double[] decays,
      List<NDArray> parameters,
      List<NDArray> grads,
      List<NDArray> first,
      List<NDArray> second) {
    try (NDManager scope = newScope();
        NDManager host = scope.newSubManager(Device.cpu())) {
      NDList done =
          program.train(
              scope,
              "adamw",
              Argument.of(host.create(new double[] {step, betas[0], betas[1], eps})),
              Argument.of(host.create(rates)),
              Argument.of(host.create(decays)),
              Argument.of(parameters),
              Argument.of(grads),
              Argument.of(first),
              Argument.of(second));
      done.close();
    }
  }

  /** Euclidean norm of each row of a weight, fp32; the caller attaches or closes it. */
  public NDArray rowNorms(DecoderWeights.Linear linear) {
    try (NDManager scope = newScope()) {
      NDArray norms = program.train(scope, "row_norms", Argument.of(weights.weight(linear))).get(0);
      norms.attach(weights.manager());
      return norms;
    }
  }

  /** Copies values into arrays of the same shapes. */
  public void restore(List<NDArray> targets, List<float[]> values) {
    try (NDManager scope = newScope()) {
      List<NDArray> sources = new ArrayList<>();
      for (int i = 0; i < targets.size(); i++) {
        sources.add(scope.create(values.get(i), targets.get(i).getShape()));
      }
      program.train(scope, "restore", Argument.of(targets), Argument.of(sources)).close();
    }
  }

  private static List<Argument> batch(
      NDManager scope, NDManager host, PackedRows rows, int capacity, boolean reads) {
    int longest = rows.longest();
    if (reads) {
      longest = Math.toIntExact(Arrays.stream(rows.positions()).max().orElseThrow() + 1);
    }
    return List.of(
        Argument.of(scope.create(rows.ids())),
        Argument.of(scope.create(rows.rows())),
        Argument.of(scope.create(rows.positions())),
        Argument.of(host.create(new long[] {rows.count(), longest, capacity, reads ? 1 : 0})));
  }

  private void addModel(List<Argument> arguments, NDManager scope, int longest) {
    List<NDArray> frequencies = new ArrayList<>();
    for (RotaryEmbedding rotary : shape.rotaries()) {
      frequencies.add(scope.create(DecoderProgram.frequencies(rotary, longest)));
    }
    arguments.add(Argument.of(frequencies));
    arguments.add(Argument.of(weights.shared()));
    arguments.add(Argument.of(weights.layers()));
  }

  @Override
  public void close() {
    weights.close();
    program.close();
  }
}
