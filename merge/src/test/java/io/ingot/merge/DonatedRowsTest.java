package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.merge.method.Operand;
import io.ingot.merge.method.TensorData;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.TokenizerRecipe;
import io.ingot.merge.recipe.TokenizerRecipe.Row;
import io.ingot.merge.recipe.TokenizerRecipe.TokenRule;
import io.ingot.merge.tokenizer.MergedVocabulary;
import io.ingot.merge.tokenizer.VocabularyModel;
import io.ingot.tensor.BFloat16;
import io.ingot.tensor.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that models give to each other when their vocabularies become one. */
class DonatedRowsTest {
  private static final ModelRef A = ModelRef.of("a");
  private static final ModelRef B = ModelRef.of("b");
  private static final ModelRef C = ModelRef.of("c");

  @TempDir Path root;

  /** An embedding whose element is {@code factor * (1000 * row + column)}; counts openings. */
  private static final class Numbers implements TensorData {
    private final long rows;
    private final int columns;
    private final float factor;
    private int opened;

    Numbers(long rows, int columns, float factor) {
      this.rows = rows;
      this.columns = columns;
      this.factor = factor;
    }

    @Override
    public DType dtype() {
      return DType.F32;
    }

    @Override
    public List<Long> shape() {
      return List.of(rows, (long) columns);
    }

    @Override
    public void open() {
      opened++;
    }

    @Override
    public void read(long position, float[] out, int offset, int count) {
      assertThat(opened).as("times it was opened").isPositive();
      for (int i = 0; i < count; i++) {
        long at = position + i;
        out[offset + i] = factor * (1000 * (at / columns) + at % columns);
      }
    }
  }

  private VocabularyModel model(ModelRef reference, int from, int to, boolean merged)
      throws Exception {
    StringBuilder vocabulary = new StringBuilder();
    for (int id = from; id < to; id++) {
      vocabulary.append(id == from ? "" : ",").append("\"t%d\":%d".formatted(id, id - from));
    }
    Path folder = Files.createDirectories(root.resolve(reference.path()));
    Files.writeString(
        folder.resolve("tokenizer.json"), "{\"model\":{\"vocab\":{" + vocabulary + "}}}");
    return new VocabularyModel(reference, folder, to - from, merged);
  }

  private static TokenizerRecipe union(Map<String, TokenRule> tokens, int multiple) {
    return new TokenizerRecipe(new TokenizerRecipe.Source.Union(), tokens, Optional.of(multiple));
  }

  private static Operand operand(ModelRef model, TensorData data, DType dtype) {
    return new Operand(model, data, dtype, Map.of());
  }

  private static float[] row(Operand operand, int row, int columns) {
    float[] out = new float[columns + 2];
    operand.data().read((long) row * columns, out, 2, columns);
    return java.util.Arrays.copyOfRange(out, 2, columns + 2);
  }

  @Test
  void keepsWhereRowsComeFromButNotTheRows() throws Exception {
    int columns = 4096;
    List<VocabularyModel> models =
        List.of(model(A, 0, 20_000, true), model(B, 20_000, 30_000, true));
    MergedVocabulary vocabulary = MergedVocabulary.of(union(Map.of(), 1), A, models);
    List<Operand> merged =
        vocabulary.permute(
            "embed",
            List.of(
                operand(A, new Numbers(20_000, columns, 1), DType.F32),
                operand(B, new Numbers(10_000, columns, 2), DType.F32)),
            Optional.of(A),
            m -> Optional.empty(),
            new ArrayList<>());
    // 30,000 donated rows of 16 kB are 490 MB.
    assertThat(merged.stream().mapToLong(o -> o.data().heldBytes()).sum()).isLessThan(4_000_000);
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    long before = runtime.totalMemory() - runtime.freeMemory();
    merged.forEach(o -> o.data().open());
    System.gc();
    assertThat(runtime.totalMemory() - runtime.freeMemory() - before).isLessThan(100_000_000);
    assertThat(row(merged.getFirst(), 20_001, columns)[5]).isEqualTo(2 * 1005f);
    assertThat(row(merged.getLast(), 7, columns)[4095]).isEqualTo(11_095f);
    assertThat(merged.getFirst().data()).isNotSameAs(merged.getLast().data());
  }

  @Test
  void averagesRowByRowInTheDtypeOfTheArithmetic() throws Exception {
    int columns = 5000;
    List<VocabularyModel> models =
        List.of(model(A, 4, 6, true), model(B, 0, 3, true), model(C, 0, 3, true));
    MergedVocabulary vocabulary = MergedVocabulary.of(union(Map.of(), 8), A, models);
    List<Operand> merged =
        vocabulary.permute(
            "embed",
            List.of(
                operand(A, new Numbers(2, columns, 1), DType.BF16),
                operand(B, new Numbers(3, columns, 1.37f), DType.BF16),
                operand(C, new Numbers(3, columns, 0.77f), DType.BF16)),
            Optional.of(A),
            m -> Optional.empty(),
            new ArrayList<>());
    merged.forEach(o -> o.data().open());
    // Rows: t4, t5 of a; t0, t1, t2 of b and c; three rows of padding.
    assertThat(merged.getFirst().shape()).containsExactly(8L, 5000L);
    float[] mean = new float[columns];
    double[] sums = new double[columns];
    for (int row = 0; row < 5; row++) {
      float[] values = row(merged.getFirst(), row, columns);
      for (int i = 0; i < columns; i++) {
        sums[i] += values[i];
        if (row >= 2) {
          float n = 1000 * (row - 2) + i;
          float sum = round(round(1.37f * n) + round(0.77f * n));
          assertThat(values[i]).isEqualTo(round(sum / 2));
        }
      }
    }
    for (int i = 0; i < columns; i++) {
      mean[i] = round((float) sums[i] / 5);
    }
    assertThat(row(merged.getFirst(), 7, columns)).containsExactly(mean);
  }

  private static float round(float value) {
    return BFloat16.round(value);
  }

  @Test
  void opensAModelOutsideOfTheMergeOnceForAllItsRows() throws Exception {
    List<VocabularyModel> models =
        List.of(model(A, 0, 4, true), model(B, 0, 4, true), model(C, 0, 9, false));
    Row row = new Row.Token(C, Optional.of("t8"), Optional.empty());
    Map<String, TokenRule> tokens =
        Map.of(
            "x", new TokenRule(Optional.of(row), false),
            "y",
                new TokenRule(
                    Optional.of(new Row.Token(C, Optional.empty(), Optional.of(3))), false),
            "t1", new TokenRule(Optional.of(new Row.Zero()), true));
    MergedVocabulary vocabulary = MergedVocabulary.of(union(tokens, 1), A, models);
    List<Numbers> found = new ArrayList<>();
    List<Operand> merged =
        vocabulary.permute(
            "embed",
            List.of(
                operand(A, new Numbers(4, 3, 1), DType.F32),
                operand(B, new Numbers(4, 3, 2), DType.F32)),
            Optional.of(A),
            m -> {
              found.add(new Numbers(9, 3, 5));
              return Optional.of(operand(m, found.getLast(), DType.F32));
            },
            new ArrayList<>());
    merged.getFirst().data().open();
    assertThat(found).singleElement().satisfies(n -> assertThat(n.opened).isEqualTo(1));
    assertThat(row(merged.getFirst(), 1, 3)).containsExactly(0, 0, 0);
    List<Float> firsts = new ArrayList<>();
    for (int i = 4; i < 6; i++) {
      firsts.add(row(merged.getFirst(), i, 3)[0]);
    }
    assertThat(firsts).containsExactlyInAnyOrder(40_000f, 15_000f);
  }

  @Test
  void refusesRowsThatAreNotThere() throws Exception {
    List<VocabularyModel> models = List.of(model(A, 0, 4, true), model(B, 0, 4, true));
    for (int id : List.of(4, 99_999, -1)) {
      Row row = new Row.Token(B, Optional.empty(), Optional.of(id));
      Map<String, TokenRule> tokens = Map.of("x", new TokenRule(Optional.of(row), false));
      MergedVocabulary vocabulary = MergedVocabulary.of(union(tokens, 1), A, models);
      assertThatThrownBy(
              () ->
                  vocabulary.permute(
                      "embed",
                      List.of(
                          operand(A, new Numbers(4, 3, 1), DType.F32),
                          operand(B, new Numbers(4, 3, 2), DType.F32)),
                      Optional.of(A),
                      m -> Optional.empty(),
                      new ArrayList<>()))
          .hasMessageContaining(
              "the row of token id " + id + " from b, whose embed has 4 rows; ids are from 0 to 3")
          .extracting(e -> ((IngotException) e).kind())
          .isEqualTo(ErrorKind.INVALID);
    }
  }
}
