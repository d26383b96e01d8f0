package io.ingot.train.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.ingot.merge.moe.HiddenStates;
import io.ingot.model.Model;
import io.ingot.progress.Progress;
import io.ingot.tensor.TensorSource;
import io.ingot.train.Precision;
import io.ingot.train.decoder.rotary.RotaryEmbedding;
import io.ingot.train.torch.TensorLoader;
import io.ingot.train.torch.TorchDevice;
import io.ingot.train.torch.TorchProgram;
import io.ingot.train.torch.TorchProgram.Argument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What enters each layer of a decoder, in fp32, for all families alike: the states of all rows go
 * through one layer before the weights of the next are loaded, so that memory holds one layer, the
 * embeddings of the tokens at hand, and the states. Not thread-safe.
 *
 * @param device {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:N}
 */
public record LayerInputs(String device, Progress progress) implements HiddenStates {
  /** Tokens of a batch, padding included. */
  private static final int BATCH_TOKENS = 4096;

  /** Rows that are run together, and what enters the next layer for them. */
  private static final class Batch {
    private final int[] numbers;
    private final PackedRows rows;
    private NDArray states;

    Batch(int[] numbers, PackedRows rows, NDArray states) {
      this.numbers = numbers;
      this.rows = rows;
      this.states = states;
    }
  }

  @Override
  public void visit(Model model, List<int[]> rows, Visitor visitor) throws InterruptedException {
    DecoderShape shape = DecoderConfig.read(model.config());
    DecoderProgram text = DecoderProgram.of(shape);
    TorchDevice place = TorchDevice.of(device);
    try (TorchProgram program = text.compile(place);
        NDManager manager = place.newManager()) {
      List<Batch> batches = enter(shape, program, manager, model.weights(), rows);
      progress.begin("hidden states", shape.layers(), Progress.Unit.STEPS);
      for (int layer = 0; layer < shape.layers(); layer++) {
        for (Batch batch : batches) {
          show(batch, layer, shape.hiddenSize(), visitor);
        }
        if (layer + 1 < shape.layers()) {
          advance(text, program, manager, model.weights(), batches, layer);
        }
        progress.advance(1);
      }
      progress.end();
    }
  }

  /** Rows by length, cut into batches, with their embeddings. */
  private static List<Batch> enter(
      DecoderShape shape,
      TorchProgram program,
      NDManager manager,
      TensorSource weights,
      List<int[]> rows) {
    List<Integer> order =
        IntStream.range(0, rows.size())
            .boxed()
            .sorted(Comparator.comparingInt(r -> rows.get(r).length))
            .toList();
    TokenEmbeddings embeddings = TokenEmbeddings.of(weights, rows, shape);
    List<Batch> batches = new ArrayList<>();
    try (NDManager scope = manager.newSubManager()) {
      NDArray table =
          scope.create(embeddings.values(), new Shape(embeddings.count(), shape.hiddenSize()));
      int from = 0;
      while (from < order.size()) {
        int to = from + 1;
        int first = rows.get(order.get(from)).length;
        while (to < order.size()
            && (long) rows.get(order.get(to)).length * (to + 1 - from) <= BATCH_TOKENS
            && (shape.mixesLengths() || rows.get(order.get(to)).length == first)) {
          to++;
        }
        int[] numbers = order.subList(from, to).stream().mapToInt(Integer::intValue).toArray();
        PackedRows packed = PackedRows.of(IntStream.of(numbers).mapToObj(rows::get).toList());
        NDArray states =
            program
                .infer(
                    scope,
                    "enter",
                    Argument.of(scope.create(embeddings.places(packed.ids()))),
                    Argument.of(List.of(table)))
                .get(0);
        states.attach(manager);
        batches.add(new Batch(numbers, packed, states));
        from = to;
      }
    }
    return batches;
  }

  private static void show(Batch batch, int layer, int hidden, Visitor visitor)
      throws InterruptedException {
    float[] all = batch.states.toFloatArray();
    for (int r = 0; r < batch.numbers.length; r++) {
      int begin = batch.rows.starts()[r];
      int end = r + 1 < batch.numbers.length ? batch.rows.starts()[r + 1] : batch.rows.tokens();
      float[] states = new float[(end - begin) * hidden];
      System.arraycopy(all, begin * hidden, states, 0, states.length);
      visitor.accept(layer, batch.numbers[r], states);
    }
  }

  private static void advance(
      DecoderProgram text,
      TorchProgram program,
      NDManager manager,
      TensorSource source,
      List<Batch> batches,
      int layer) {
    try (DecoderWeights weights =
        DecoderWeights.loadLayer(
            text,
            source,
            Precision.FP32,
            new TensorLoader(program),
            manager.newSubManager(),
            layer)) {
      for (Batch batch : batches) {
        try (NDManager scope = manager.newSubManager();
            NDManager host = scope.newSubManager(Device.cpu())) {
          PackedRows rows = batch.rows;
          List<NDArray> frequencies = new ArrayList<>();
          for (RotaryEmbedding rotary : text.shape().rotaries()) {
            frequencies.add(scope.create(DecoderProgram.frequencies(rotary, rows.longest())));
          }
          NDArray next =
              program
                  .infer(
                      scope,
                      "advance",
                      Argument.of(batch.states),
                      Argument.of(scope.create(rows.rows())),
                      Argument.of(scope.create(rows.positions())),
                      Argument.of(host.create(new long[] {rows.count(), rows.longest(), 0, 0})),
                      Argument.of(host.create((long) layer)),
                      Argument.of(frequencies),
                      Argument.of(weights.layers()))
                  .get(0);
          next.attach(manager);
          batch.states.close();
          batch.states = next;
        }
      }
    }
  }
}
