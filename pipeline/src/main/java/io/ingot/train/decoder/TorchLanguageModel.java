package io.ingot.train.decoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ingot.error.IngotException;
import io.ingot.model.Model;
import io.ingot.train.LanguageModel;
import io.ingot.train.Precision;
import io.ingot.train.torch.TorchDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A decoder that scores and generates. Rows are batched by similar length; results come in the
 * order of the rows. Not thread-safe.
 */
public final class TorchLanguageModel implements LanguageModel {
  /** Tokens of a batch; enough for the matrix kernels, little enough for the memory. */
  private static final int BATCH_TOKENS = 4096;

  /** Rows that are continued together, where their cache is small enough. */
  private static final int GENERATED_ROWS = 64;

  private static final long CACHE_BYTES = 1L << 30;

  private final Decoder decoder;

  private TorchLanguageModel(Decoder decoder) {
    this.decoder = decoder;
  }

  /**
   * Loads a model; it may be closed afterwards.
   *
   * @param device {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:N}
   * @throws IngotException for an unknown family, incomplete weights or an absent device
   */
  public static TorchLanguageModel load(Model model, Precision precision, String device) {
    return new TorchLanguageModel(
        Decoder.load(model.config(), model.weights(), precision, TorchDevice.of(device)));
  }

  /** Takes a loaded decoder, and closes it in the end. */
  static TorchLanguageModel of(Decoder decoder) {
    return new TorchLanguageModel(decoder);
  }

  @Override
  public List<float[]> score(List<int[]> rows) {
    check(rows);
    float[][] scores = new float[rows.size()][];
    for (int r = 0; r < scores.length; r++) {
      scores[r] = new float[rows.get(r).length];
      Arrays.fill(scores[r], Float.NaN);
    }
    for (int[] batch : batches(rows, BATCH_TOKENS, Integer.MAX_VALUE)) {
      PackedRows packed = PackedRows.of(IntStream.of(batch).mapToObj(rows::get).toList());
      int predicted = packed.tokens() - packed.count();
      if (predicted == 0) {
        continue;
      }
      long[] places = new long[predicted];
      long[] targets = new long[predicted];
      int n = 0;
      for (int t = 0; t + 1 < packed.tokens(); t++) {
        if (packed.rows()[t] == packed.rows()[t + 1]) {
          places[n] = t;
          targets[n++] = packed.ids()[t + 1];
        }
      }
      float[] values = decoder.score(packed, places, targets);
      int at = 0;
      for (int r : batch) {
        for (int i = 1; i < scores[r].length; i++) {
          scores[r][i] = values[at++];
        }
      }
    }
    return List.of(scores);
  }

  @Override
  public void logProbabilities(List<int[]> rows, LogProbabilities sink) {
    check(rows);
    for (int r = 0; r < rows.size(); r++) {
      float[] values = decoder.distributions(PackedRows.of(List.of(rows.get(r))));
      sink.accept(r, values, decoder.shape().vocabulary());
    }
  }

  @Override
  public List<int[]> generate(List<int[]> prompts, int maxNewTokens, Set<Integer> stopTokens) {
    check(prompts);
    int[][] answers = new int[prompts.size()][];
    if (maxNewTokens <= 0) {
      Arrays.fill(answers, new int[0]);
      return List.of(answers);
    }
    int longest = prompts.stream().mapToInt(p -> p.length).max().orElse(0);
    for (int[] batch : batches(prompts, 2 * BATCH_TOKENS, cachedRows(longest + maxNewTokens))) {
      List<int[]> some = IntStream.of(batch).mapToObj(prompts::get).toList();
      List<int[]> done = generateBatch(some, maxNewTokens, stopTokens);
      for (int j = 0; j < batch.length; j++) {
        answers[batch[j]] = done.get(j);
      }
    }
    return List.of(answers);
  }

  /** How many rows of this length may lie in the cache at once. */
  private int cachedRows(int tokens) {
    DecoderShape shape = decoder.shape();
    long row = 8L * tokens * shape.layers() * shape.kvHeads() * shape.headDim();
    return (int) Math.clamp(CACHE_BYTES / row, 1, GENERATED_ROWS);
  }

  private List<int[]> generateBatch(List<int[]> prompts, int maxNewTokens, Set<Integer> stops) {
    List<Answer> answers = prompts.stream().map(p -> new Answer(p.length, maxNewTokens)).toList();
    PackedRows packed = PackedRows.of(prompts);
    int capacity = packed.longest() + maxNewTokens;
    List<Answer> open = answers;
    try (NDManager scope = decoder.newScope()) {
      NDList cache = decoder.cache(scope, packed.count(), capacity);
      long[] next = decoder.next(scope, packed, packed.longest(), cache, capacity, false);
      while (true) {
        for (int r = 0; r < next.length; r++) {
          open.get(r).accept(Math.toIntExact(next[r]), stops);
        }
        List<Answer> now = open;
        int[] going = IntStream.range(0, now.size()).filter(r -> !now.get(r).done).toArray();
        if (going.length == 0) {
          return answers.stream().map(Answer::tokens).toList();
        }
        // Rows that are done ride along until a quarter of the batch is.
        if (going.length <= open.size() * 3 / 4) {
          long[] kept = IntStream.of(going).asLongStream().toArray();
          cache = decoder.keep(scope, cache, open.size(), capacity, kept);
          open = IntStream.of(going).mapToObj(open::get).toList();
        }
        next = decoder.next(scope, lastTokens(open), reach(open), cache, capacity, true);
      }
    }
  }

  private static int reach(List<Answer> open) {
    return open.stream().mapToInt(a -> a.prompt + a.count).max().orElse(0);
  }

  private static PackedRows lastTokens(List<Answer> open) {
    int n = open.size();
    long[] ids = new long[n];
    long[] rows = new long[n];
    long[] positions = new long[n];
    int[] starts = new int[n];
    for (int r = 0; r < n; r++) {
      Answer answer = open.get(r);
      ids[r] = answer.last;
      rows[r] = r;
      positions[r] = answer.prompt + answer.count - 1;
      starts[r] = r;
    }
    return new PackedRows(ids, rows, positions, starts, 1);
  }

  /** Indices of rows by length, cut into batches. */
  private List<int[]> batches(List<int[]> rows, int tokens, int most) {
    List<Integer> order =
        IntStream.range(0, rows.size())
            .boxed()
            .sorted(Comparator.comparingInt(r -> rows.get(r).length))
            .toList();
    List<int[]> batches = new ArrayList<>();
    int from = 0;
    while (from < order.size()) {
      int to = from;
      int sum = 0;
      int first = rows.get(order.get(from)).length;
      while (to < order.size()
          && to - from < most
          && (to == from || sum + rows.get(order.get(to)).length <= tokens)
          && (decoder.shape().mixesLengths() || rows.get(order.get(to)).length == first)) {
        sum += rows.get(order.get(to)).length;
        to++;
      }
      batches.add(order.subList(from, to).stream().mapToInt(Integer::intValue).toArray());
      from = to;
    }
    return batches;
  }

  private void check(List<int[]> rows) {
    int vocabulary = decoder.shape().vocabulary();
    for (int r = 0; r < rows.size(); r++) {
      if (rows.get(r).length == 0) {
        throw IngotException.invalid("row " + (r + 1) + " has no tokens");
      }
      for (int id : rows.get(r)) {
        if (id < 0 || id >= vocabulary) {
          throw IngotException.invalid(
              "row "
                  + (r + 1)
                  + " holds the token "
                  + id
                  + ", but the vocabulary has "
                  + vocabulary
                  + " tokens; was it made with another tokenizer?");
        }
      }
    }
  }

  @Override
  public void close() {
    decoder.close();
  }

  /** What one row has generated so far. */
  private static final class Answer {
    private final int prompt;
    private final int[] tokens;
    private int count;
    private int last;
    private boolean done;

    Answer(int prompt, int most) {
      this.prompt = prompt;
      this.tokens = new int[most];
    }

    void accept(int token, Set<Integer> stops) {
      if (done) {
        return;
      }
      if (stops.contains(token)) {
        done = true;
        return;
      }
      tokens[count++] = token;
      last = token;
      done = count == tokens.length;
    }

    int[] tokens() {
      return Arrays.copyOf(tokens, count);
    }
  }
}
