package io.ingot.train.data;

import io.ingot.error.IngotException;
import io.ingot.train.TokenRow;
import io.ingot.train.chat.ChatTemplate;
import io.ingot.train.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Reads a dataset file and makes of it what the trainer is fed. Thread-safe. */
public final class DatasetLoader {
  private final Tokenizer tokenizer;
  private final Supplier<ChatTemplate> template;
  private final DataDoctor doctor;

  /**
   * A loader for a model's text.
   *
   * @param tokenizer the model's; the caller closes it
   * @param place where it comes from, for errors
   * @param clock what chat templates take for now
   * @param endOfTurn ids at which generation stops: of generation_config.json, config.json and the
   *     tokenizer
   */
  public DatasetLoader(
      Tokenizer tokenizer, String place, LocalDateTime clock, java.util.Set<Integer> endOfTurn) {
    this.tokenizer = tokenizer;
    this.template = new Once(() -> ChatTemplate.of(tokenizer, place, clock));
    this.doctor = new DataDoctor(tokenizer, endOfTurn);
  }

  /**
   * Rows of tokens and labels.
   *
   * @throws IngotException naming file and line of a row that cannot be used, or when no row is
   *     left
   */
  public Dataset load(Path file, DatasetOptions options) {
    if (RowEncoder.pairs().contains(options.format())) {
      throw IngotException.invalid(
          file
              + ": format "
              + options.format().word()
              + " holds judged answers, which this objective cannot learn from");
    }
    if (options.format() == RowFormat.TOKENS) {
      return loadTokens(file, options);
    }
    List<SourceRow> source = DatasetFile.read(file);
    RowEncoder encoder = encoder(options);
    List<TokenRow> rows = parallel(source, encoder::encode);
    Dataset dataset = fitted(file, options, rows, source.stream().map(SourceRow::place).toList());
    List<String> warnings = new ArrayList<>(dataset.warnings());
    warnings.addAll(doctor.examine(dataset, options.loss()));
    return new Dataset(dataset.rows(), dataset.places(), dataset.statistics(), warnings);
  }

  /** Rows of format {@code tokens}, which need no tokenizer. */
  public static Dataset loadTokens(Path file, DatasetOptions options) {
    List<TokenRow> rows = TokensFormat.read(file);
    List<String> places = IntStream.range(0, rows.size()).mapToObj(i -> "row " + (i + 1)).toList();
    return fitted(file, options, rows, places);
  }

  /** Preference pairs, without limits of length. */
  public List<PreferenceRow> loadPreferences(Path file) {
    RowEncoder encoder = encoder(DatasetOptions.of(RowFormat.PREFERENCE));
    return parallel(DatasetFile.read(file), encoder::preference);
  }

  /** Judged answers, without limits of length. */
  public List<JudgedRow> loadJudged(Path file) {
    RowEncoder encoder = encoder(DatasetOptions.of(RowFormat.KTO));
    return parallel(DatasetFile.read(file), encoder::judged);
  }

  private RowEncoder encoder(DatasetOptions options) {
    return new RowEncoder(tokenizer, template, options.format(), options.loss());
  }

  /** In parallel, in order; of several errors the first row's is thrown. */
  private static <T> List<T> parallel(
      List<SourceRow> rows, java.util.function.Function<SourceRow, T> encode) {
    List<Object> results =
        rows.parallelStream()
            .<Object>map(
                row -> {
                  try {
                    return encode.apply(row);
                  } catch (IngotException e) {
                    return e;
                  }
                })
            .toList();
    List<T> encoded = new ArrayList<>(results.size());
    for (Object result : results) {
      if (result instanceof IngotException e) {
        throw e;
      }
      @SuppressWarnings("unchecked")
      T row = (T) result;
      encoded.add(row);
    }
    return encoded;
  }

  private static Dataset fitted(
      Path file, DatasetOptions options, List<TokenRow> all, List<String> places) {
    RowFitting fitting = new RowFitting(options, file);
    for (int i = 0; i < all.size(); i++) {
      fitting.add(all.get(i), places.get(i));
    }
    return fitting.finish();
  }

  /** Parses the template when the first chat needs it. */
  private static final class Once implements Supplier<ChatTemplate> {
    private final Supplier<ChatTemplate> source;
    private volatile @org.jspecify.annotations.Nullable ChatTemplate value;

    Once(Supplier<ChatTemplate> source) {
      this.source = source;
    }

    @Override
    public synchronized ChatTemplate get() {
      ChatTemplate known = value;
      if (known == null) {
        known = source.get();
        value = known;
      }
      return known;
    }
  }
}
