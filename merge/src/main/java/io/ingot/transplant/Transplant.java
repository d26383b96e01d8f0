package io.ingot.transplant;

import io.ingot.error.IngotException;
import io.ingot.linear.Products;
import io.ingot.model.Model;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.safetensors.ShardedWriter;
import io.ingot.tensor.Elements;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.Parallel;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Writes a model with the tokenizer of another one. Embedding and head get the donor's rows in
 * number and order; all other tensors are copied byte for byte. Memory holds one batch of rows and
 * the buffers of the method; the donor gives nothing but its tokenizer and the geometry of its own
 * embedding.
 */
public final class Transplant {
  private final Model model;
  private final Model donor;
  private final TransplantOptions options;
  private final TokenTable donorTokens;
  private final List<Matrix> matrices;
  private final EmbeddingTensors tensors;
  private final List<String> warnings;
  private final int rows;

  /** A matrix to make. */
  private record Matrix(TensorInfo tensor, TensorInfo donor, RowSources sources) {}

  private Transplant(
      Model model,
      Model donor,
      TransplantOptions options,
      TokenTable donorTokens,
      List<Matrix> matrices,
      EmbeddingTensors tensors,
      List<String> warnings) {
    this.model = model;
    this.donor = donor;
    this.options = options;
    this.donorTokens = donorTokens;
    this.matrices = matrices;
    this.tensors = tensors;
    this.warnings = warnings;
    this.rows = matrices.getFirst().sources.rows();
  }

  /**
   * Checks both models and matches their tokens, from headers and tokenizers.
   *
   * @throws IngotException INVALID without a tokenizer or an embedding, or when rows are to be
   *     composed and no token is shared
   */
  public static Transplant plan(
      Model model, String modelName, Model donor, String donorName, TransplantOptions options) {
    EmbeddingTensors own = EmbeddingTensors.of(model, modelName);
    EmbeddingTensors others = EmbeddingTensors.of(donor, donorName);
    TokenTable modelTokens = TokenTable.of(model, modelName);
    TokenTable donorTokens = TokenTable.of(donor, donorName);
    List<Matrix> matrices = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    matrices.add(
        matrix(own.embedding(), modelTokens, others.embedding(), donorTokens, options, false));
    own.head()
        .ifPresent(
            head ->
                matrices.add(
                    matrix(
                        head,
                        modelTokens,
                        others.head().orElse(others.embedding()),
                        donorTokens,
                        options,
                        true)));
    int rows = matrices.stream().mapToInt(m -> m.sources.rows()).max().orElseThrow();
    for (Matrix matrix : matrices) {
      if (matrix.sources.rows() != rows) {
        throw IngotException.invalid(
            "embedding and head of %s have different numbers of rows".formatted(donorName));
      }
      check(matrix, modelName, donorName, options, warnings);
    }
    return new Transplant(model, donor, options, donorTokens, matrices, own, warnings);
  }

  private static Matrix matrix(
      TensorInfo tensor,
      TokenTable modelTokens,
      TensorInfo donor,
      TokenTable donorTokens,
      TransplantOptions options,
      boolean head) {
    return new Matrix(
        tensor,
        donor,
        RowSources.of(
            modelTokens,
            Math.toIntExact(tensor.shape().getFirst()),
            donorTokens,
            Math.toIntExact(donor.shape().getFirst()),
            options.byteMatch().applies(head),
            options.prefixMatch().applies(head)));
  }

  private static void check(
      Matrix matrix,
      String modelName,
      String donorName,
      TransplantOptions options,
      List<String> warnings) {
    RowSources sources = matrix.sources;
    if (options.composes() && sources.missing().length > 0) {
      int shared = sources.sharedDonor().length;
      if (shared == 0) {
        throw IngotException.invalid(
            "%s and %s share no token, so no row can be composed of shared ones; choose another approximation method, e.g. mean"
                .formatted(modelName, donorName));
      }
      if (shared < options.k()) {
        warnings.add(
            "rows of '%s' are composed of %d tokens at most, not of %d: the models share no more"
                .formatted(matrix.tensor.name(), shared, options.k()));
      }
    }
    if (sources.empty() > 0) {
      warnings.add(
          "'%s': %d tokens of the donor have no row there either; theirs are zero"
              .formatted(matrix.tensor.name(), sources.empty()));
    }
  }

  /** What the user should know before the work begins. */
  public List<String> warnings() {
    return warnings;
  }

  /** Bytes of the weights to be written. */
  public long bytes() {
    return outputs().stream().mapToLong(TensorInfo::byteSize).sum();
  }

  private List<TensorInfo> outputs() {
    return model.weights().tensors().values().stream().map(this::output).toList();
  }

  /**
   * Writes the model.
   *
   * @param folder empty; scratch files lie there for a while
   * @param shardBytes see {@link ShardedWriter}
   * @param cancellation polled between batches of rows and between tensors
   * @throws IngotException INVALID for rows that are NaN or infinite
   */
  public TransplantReport write(
      Path folder,
      String title,
      String modelName,
      String donorName,
      long shardBytes,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    long begun = System.nanoTime();
    List<TensorInfo> outputs = outputs();
    List<TransplantReport.Matrix> made = new ArrayList<>();
    Map<String, Long> files;
    try (ShardedWriter writer = new ShardedWriter(folder, outputs, shardBytes, Map.of());
        Parallel parallel =
            options.threads() > 0 ? new Parallel(options.threads()) : Parallel.ofProcessors()) {
      for (Matrix matrix : matrices) {
        made.add(write(matrix, writer, folder, parallel, progress, cancellation));
      }
      tensors.bias().ifPresent(bias -> writeBias(bias, writer));
      copyOthers(outputs, writer, progress, cancellation);
      writer.finish();
      files = writer.files();
    }
    try {
      DonatedFiles.write(model, donor, rows, tensors.head().isPresent(), folder);
      TransplantCard.write(folder, title, modelName, donorName, model, donor, options, made);
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + folder + ": " + e.getMessage());
    }
    return new TransplantReport(
        donorTokens.tokens().size(),
        rows,
        made,
        files,
        (System.nanoTime() - begun) / 1e9,
        warnings);
  }

  private boolean isMade(String tensor) {
    return matrices.stream().anyMatch(m -> m.tensor.name().equals(tensor))
        || tensors.bias().filter(b -> b.name().equals(tensor)).isPresent();
  }

  private TensorInfo output(TensorInfo tensor) {
    if (!isMade(tensor.name())) {
      return tensor;
    }
    List<Long> shape = new ArrayList<>(tensor.shape());
    shape.set(0, (long) rows);
    return new TensorInfo(tensor.name(), tensor.dtype(), shape);
  }

  private void copyOthers(
      List<TensorInfo> outputs, ShardedWriter writer, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    List<TensorInfo> others = outputs.stream().filter(o -> !isMade(o.name())).toList();
    progress.begin(
        "copy", others.stream().mapToLong(TensorInfo::byteSize).sum(), Progress.Unit.BYTES);
    for (TensorInfo tensor : others) {
      cancellation.check();
      writer.write(tensor.name(), 0, model.weights().data(tensor.name()));
      writer.complete(tensor.name());
      progress.advance(tensor.byteSize());
    }
  }

  private TransplantReport.Matrix write(
      Matrix matrix,
      ShardedWriter writer,
      Path folder,
      Parallel parallel,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    MemorySegment data = model.weights().data(matrix.tensor.name());
    copyRows(matrix, data, writer);
    RowSources sources = matrix.sources;
    double residual = Double.NaN;
    if (sources.missing().length > 0) {
      residual = makeRows(matrix, data, writer, folder, parallel, progress, cancellation);
    }
    writer.complete(matrix.tensor.name());
    return new TransplantReport.Matrix(
        matrix.tensor.name(),
        sources.exact(),
        sources.byBytes(),
        sources.byPrefix(),
        sources.missing().length,
        sources.empty(),
        Double.isNaN(residual) ? null : residual);
  }

  /** Rows that the model has, as they are; zeros where nobody has one. */
  private static void copyRows(Matrix matrix, MemorySegment data, ShardedWriter writer) {
    long bytes = matrix.tensor.shape().getLast() * matrix.tensor.dtype().bytes();
    int[] from = matrix.sources.from();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zero = arena.allocate(bytes, 64);
      for (int row = 0; row < from.length; ) {
        int end = row + 1;
        if (from[row] >= 0) {
          while (end < from.length && from[end] == from[end - 1] + 1) {
            end++;
          }
          writer.write(
              matrix.tensor.name(),
              row * bytes,
              data.asSlice(from[row] * bytes, (end - row) * bytes));
        } else if (from[row] == RowSources.ZERO) {
          writer.write(matrix.tensor.name(), row * bytes, zero);
        }
        row = end;
      }
    }
  }

  /** Gives the mean residual. */
  private double makeRows(
      Matrix matrix,
      MemorySegment data,
      ShardedWriter writer,
      Path folder,
      Parallel parallel,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    int[] missing = matrix.sources.missing();
    TensorInfo info = matrix.tensor;
    TensorRows source =
        new TensorRows(matrix.donor, donor.weights().data(matrix.donor.name()), missing);
    long bytes = info.shape().getLast() * info.dtype().bytes();
    double sum = 0;
    try (Approximation approximation =
            approximation(matrix, data, source, folder, parallel, progress, cancellation);
        Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(bytes, 64);
      progress.begin("make rows of " + info.name(), missing.length, Progress.Unit.ROWS);
      int batch = options.batch() > 0 ? options.batch() : missing.length;
      for (int from = 0; from < missing.length; from += batch) {
        cancellation.check();
        int[] part = Arrays.copyOfRange(missing, from, Math.min(missing.length, from + batch));
        Approximation.Rows made = approximation.rows(source.of(part), from);
        for (int i = 0; i < part.length; i++) {
          float[] values = adjusted(made.values()[i], from + i);
          Elements.write(info.dtype(), values, values.length, row, 0);
          writer.write(info.name(), part[i] * bytes, row);
          sum += made.residuals()[i];
        }
        progress.advance(part.length);
      }
    }
    return sum / missing.length;
  }

  /** With noise and scale, where they are asked for. */
  private float[] adjusted(float[] row, int token) {
    if (options.noise() == 0 && options.scale() == 1) {
      return row;
    }
    SplittableRandom random = RandomRows.stream(options.seed() ^ 0x6E6F697365L, token);
    float[] adjusted = new float[row.length];
    for (int i = 0; i < row.length; i++) {
      double noise = options.noise() == 0 ? 0 : options.noise() * random.nextGaussian();
      adjusted[i] = (float) ((row[i] + noise) * options.scale());
    }
    return adjusted;
  }

  private Approximation approximation(
      Matrix matrix,
      MemorySegment data,
      TensorRows targets,
      Path folder,
      Parallel parallel,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    RowSources sources = matrix.sources;
    Products products = new Products(parallel);
    int taken = Math.min(options.maxCandidates(), sources.sharedDonor().length);
    TensorRows own =
        new TensorRows(matrix.tensor, data, Arrays.copyOf(sources.sharedModel(), taken));
    TensorRows shared = targets.of(Arrays.copyOf(sources.sharedDonor(), taken));
    TensorRows all =
        own.of(IntStream.range(0, Math.toIntExact(matrix.tensor.shape().getFirst())).toArray());
    requireFinite(products, options.composes() ? own : all, "the model");
    if (options.composes()) {
      requireFinite(products, shared, "the donor");
      requireFinite(products, targets, "the donor");
    }
    int width = all.columns();
    return switch (options.method()) {
      case OMP ->
          new MatchingPursuit(
              shared,
              own,
              options.k(),
              parallel,
              folder.resolve(".inner-products"),
              progress,
              cancellation);
      case COMMON_INTERPOLATION ->
          new NearestNeighbors(shared, own, options.k(), options.cosine(), parallel);
      case MEAN -> new ConstantRow(all.mean());
      case ZERO -> new ConstantRow(new float[width]);
      case RANDN -> new RandomRows(width, options.seed());
      case JOHN_HEWITT -> new GaussianRows(all, products, options.seed());
    };
  }

  private static void requireFinite(Products products, TensorRows rows, String whose) {
    if (Double.isFinite(products.squares(rows))) {
      return;
    }
    for (int i = 0; i < rows.rows(); i++) {
      float[] row = rows.row(i);
      int at = Kernels.firstNotFinite(row, row.length);
      if (at >= 0) {
        throw IngotException.invalid(
            "'%s' of %s holds %s in row %d, which new rows would be made of"
                .formatted(rows.info().name(), whose, row[at], rows.chosen()[i]));
      }
    }
    throw IngotException.invalid(
        "'%s' of %s holds values too large for float32".formatted(rows.info().name(), whose));
  }

  /** A bias per token: the model's own where the row is, else their mean. */
  private void writeBias(TensorInfo bias, ShardedWriter writer) {
    float[] own = new float[Math.toIntExact(bias.elements())];
    Elements.read(bias.dtype(), model.weights().data(bias.name()), 0, own, own.length);
    double sum = 0;
    for (float value : own) {
      sum += value;
    }
    int[] from = matrices.getLast().sources.from();
    float[] values = new float[from.length];
    for (int row = 0; row < values.length; row++) {
      values[row] =
          from[row] >= 0
              ? own[from[row]]
              : from[row] == RowSources.ZERO ? 0 : (float) (sum / own.length);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate((long) values.length * bias.dtype().bytes(), 64);
      Elements.write(bias.dtype(), values, values.length, bytes, 0);
      writer.write(bias.name(), 0, bytes);
      writer.complete(bias.name());
    }
  }
}
