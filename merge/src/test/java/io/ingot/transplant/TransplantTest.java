package io.ingot.transplant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.GoldenData;
import io.ingot.TinyModel;
import io.ingot.model.ModelFolder;
import io.ingot.model.OutputFolder;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import io.ingot.transplant.TransplantOptions.Method;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Transplants between vocabularies of a few tokens, where every row can be told beforehand. */
class TransplantTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path dir;

  /** Six tokens spelled as by GPT-2, hidden size 3, a head of its own. */
  private static TinyModel model() {
    TinyModel model = llama(3, 6, false);
    set(model, "model.embed_tokens.weight", 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 4, 5, 6);
    set(model, "lm_head.weight", 10, 0, 0, 0, 10, 0, 0, 0, 10, 9, 9, 0, 0, 9, 9, 7, 7, 7);
    return model;
  }

  private static final String MODEL_TOKENS =
      "{\"<s>\": 0, \"</s>\": 1, \"Ġhello\": 2, \"wor\": 3, \"A\": 4, \"Ġthe\": 5}";

  /** Seven tokens spelled as by SentencePiece, hidden size 2, tied. */
  private static TinyModel donor() {
    TinyModel donor = llama(2, 7, true);
    set(donor, "model.embed_tokens.weight", 9, 9, 8, 8, 1, 0, 5, 5, 2, 3, 4, 0, 0, 1);
    return donor;
  }

  private static final String DONOR_TOKENS =
      "{\"<bos>\": 0, \"<eos>\": 1, \"▁hello\": 2, \"<0x41>\": 3, \"world\": 4, \"▁new\": 5, \"▁the\": 6}";

  private static TinyModel llama(int hidden, int rows, boolean tied) {
    TinyModel model = new TinyModel();
    model.config.putArray("architectures").add("LlamaForCausalLM");
    model.config.put("model_type", "llama").put("num_hidden_layers", 1);
    model.config.put("hidden_size", hidden).put("vocab_size", rows);
    model.config.put("tie_word_embeddings", tied);
    model.config.put("bos_token_id", 0).put("eos_token_id", 1);
    model.add("model.embed_tokens.weight", rows, hidden);
    model.add("model.layers.0.mlp.up_proj.weight", 5, hidden);
    model.add("model.norm.weight", hidden);
    if (!tied) {
      model.add("lm_head.weight", rows, hidden);
    }
    return model;
  }

  private static void set(TinyModel model, String name, float... values) {
    System.arraycopy(values, 0, model.get(name), 0, values.length);
  }

  private Path write(TinyModel model, String name, String tokens, String bos, String eos)
      throws IOException {
    Path folder = model.write(dir.resolve(name));
    Files.writeString(
        folder.resolve("tokenizer.json"),
        "{\"model\": {\"type\": \"WordLevel\", \"vocab\": " + tokens + "}, \"added_tokens\": []}");
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\": \"%s\", \"eos_token\": {\"content\": \"%s\"}, \"name\": \"%s\"}"
            .formatted(bos, eos, name));
    return folder;
  }

  private Path standardModel() throws IOException {
    return write(model(), "model", MODEL_TOKENS, "<s>", "</s>");
  }

  private Path standardDonor() throws IOException {
    return write(donor(), "donor", DONOR_TOKENS, "<bos>", "<eos>");
  }

  private static TransplantOptions options(Method method) {
    return options(method, 64, Match.NO, Match.NO);
  }

  private static TransplantOptions options(Method method, int k, Match prefix, Match bytes) {
    return new TransplantOptions(method, k, false, prefix, bytes, 2, 0, 1, Integer.MAX_VALUE, 5, 2);
  }

  private TransplantReport transplant(Path model, Path donor, TransplantOptions options)
      throws IOException {
    try {
      return transplant(model, donor, options, Cancellation.NONE);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private TransplantReport transplant(
      Path model, Path donor, TransplantOptions options, Cancellation cancellation)
      throws IOException, InterruptedException {
    Path out = Files.createDirectories(dir.resolve("out"));
    try (ModelFolder taker = ModelFolder.open(model);
        ModelFolder giver = ModelFolder.open(donor)) {
      return Transplant.plan(taker, "taker", giver, "giver", options)
          .write(out, "out", "taker", "giver", 1 << 30, Progress.NONE, cancellation);
    }
  }

  private float[] tensor(String name) {
    try (ModelFolder made = ModelFolder.open(dir.resolve("out"))) {
      TensorInfo info = made.weights().info(name);
      float[] values = new float[Math.toIntExact(info.elements())];
      Elements.read(info.dtype(), made.weights().data(name), 0, values, values.length);
      return values;
    }
  }

  private void assertRow(String tensor, int row, double... expected) {
    float[] values = tensor(tensor);
    for (int j = 0; j < expected.length; j++) {
      assertThat((double) values[row * expected.length + j])
          .as("%s[%d, %d]", tensor, row, j)
          .isCloseTo(expected[j], within(1e-6));
    }
  }

  private JsonNode config() throws IOException {
    return JSON.readTree(dir.resolve("out/config.json").toFile());
  }

  @Test
  void keepsRowsOfTokensThatBothHave() throws IOException {
    TransplantReport report = transplant(standardModel(), standardDonor(), options(Method.ZERO));
    assertThat(report.rows()).isEqualTo(7);
    assertThat(report.matrices())
        .extracting(m -> m.tensor() + " " + m.exact() + " " + m.approximated())
        .containsExactly("model.embed_tokens.weight 4 3", "lm_head.weight 4 3");
    assertThat(tensor("model.embed_tokens.weight"))
        .containsExactly(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 5, 6);
    assertThat(tensor("lm_head.weight"))
        .containsExactly(10, 0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7);
    assertThat(tensor("model.norm.weight")).isEqualTo(model().get("model.norm.weight"));
  }

  @Test
  void canBeGivenUpAtAnyTimeAndLeavesNoScratchFile() throws Exception {
    Path model = standardModel();
    Path donor = standardDonor();
    AtomicInteger asked = new AtomicInteger();
    transplant(model, donor, options(Method.OMP), asked::incrementAndGet);
    // Of both matrices a strip of inner products and two batches of rows; then two more tensors.
    assertThat(asked).hasValue(2 * (1 + 2) + 2);
    for (int last = 0; last < 8; last++) {
      OutputFolder.delete(dir.resolve("out"));
      AtomicInteger left = new AtomicInteger(last);
      assertThatThrownBy(
              () ->
                  transplant(
                      model,
                      donor,
                      options(Method.OMP),
                      () -> {
                        if (left.getAndDecrement() == 0) {
                          throw new InterruptedException();
                        }
                      }))
          .isInstanceOf(InterruptedException.class);
      assertThat(dir.resolve("out")).isEmptyDirectory();
    }
  }

  @Test
  void takesTheDonorsTokenizerAndSpecialTokens() throws IOException {
    Path model = standardModel();
    Path donor = standardDonor();
    Files.writeString(
        model.resolve("generation_config.json"),
        "{\"temperature\": 0.6, \"eos_token_id\": [1, 5], \"pad_token_id\": 5}");
    Files.writeString(
        donor.resolve("generation_config.json"),
        "{\"temperature\": 1.0, \"eos_token_id\": [1, 3]}");
    Files.writeString(donor.resolve("chat_template.jinja"), "{{ messages }}");
    transplant(model, donor, options(Method.MEAN));
    assertThat(config().path("vocab_size").asInt()).isEqualTo(7);
    assertThat(config().path("hidden_size").asInt()).isEqualTo(3);
    assertThat(config().path("bos_token_id").asInt()).isZero();
    assertThat(dir.resolve("out/tokenizer.json"))
        .hasSameBinaryContentAs(donor.resolve("tokenizer.json"));
    assertThat(dir.resolve("out/chat_template.jinja")).hasContent("{{ messages }}");
    assertThat(JSON.readTree(dir.resolve("out/generation_config.json").toFile()).toString())
        .isEqualTo("{\"temperature\":0.6,\"eos_token_id\":[1,3],\"bos_token_id\":0}");
  }

  @Test
  void theCardNamesBothLicensesAndClaimsOneOnlyWhereTheyAgree() throws IOException {
    Path model = standardModel();
    Path donor = standardDonor();
    Files.writeString(model.resolve("README.md"), "---\nlicense: apache-2.0\n---\n");
    assertThat(card(model, donor))
        .doesNotContain("\nlicense:")
        .contains(
            "- The weights come from `taker`, `license: apache-2.0`.\n"
                + "- The tokenizer files come from `giver`, whose card states no license.\n");

    Files.writeString(
        donor.resolve("README.md"), "---\nlicense: other\nlicense_name: strict\n---\n");
    assertThat(card(model, donor))
        .doesNotContain("\nlicense:")
        .contains(
            "- The tokenizer files come from `giver`, `license: other`, `license_name: strict`.\n");

    Files.writeString(donor.resolve("README.md"), "---\nlicense: apache-2.0\n---\n");
    assertThat(card(model, donor)).contains("\nlicense: apache-2.0\ntags:");
  }

  private String card(Path model, Path donor) throws IOException {
    OutputFolder.delete(dir.resolve("out"));
    transplant(model, donor, options(Method.ZERO));
    return Files.readString(dir.resolve("out/README.md"));
  }

  @Test
  void idsThatTheDonorDoesNotNameGo() throws IOException {
    TinyModel model = model();
    model.config.put("pad_token_id", 3);
    transplant(
        write(model, "model", MODEL_TOKENS, "<s>", "</s>"), standardDonor(), options(Method.ZERO));
    assertThat(config().has("pad_token_id")).isFalse();
  }

  @Test
  void meanIsTheMeanOfAllRows() throws IOException {
    transplant(standardModel(), standardDonor(), options(Method.MEAN));
    assertRow("model.embed_tokens.weight", 5, 6 / 6.0, 8 / 6.0, 8 / 6.0);
    assertRow("lm_head.weight", 4, 26 / 6.0, 35 / 6.0, 26 / 6.0);
  }

  @Test
  void omitsNothingWhenRowsAreCombinations() throws IOException {
    // world = 2 hello + 3 the, new = 4 hello, <0x41> = 5 hello + 5 the in the donor; but bos and
    // eos
    // are longer, so they are what the pursuit begins with
    Path donor = write(orthogonal(), "donor", DONOR_TOKENS, "<bos>", "<eos>");
    TransplantReport report = transplant(standardModel(), donor, options(Method.OMP));
    assertRow("model.embed_tokens.weight", 4, 3 * 4, 3 * 5, 2 + 3 * 6);
    assertRow("model.embed_tokens.weight", 5, 0, 0, 4);
    assertRow("lm_head.weight", 4, 3 * 7, 3 * 7, 2 * 10 + 3 * 7);
    assertThat(report.matrices().getFirst().residual()).isCloseTo(0, within(1e-6));
    assertThat(report.warnings()).anySatisfy(w -> assertThat(w).contains("share no more"));
  }

  /** The donor with four dimensions in which shared tokens are orthogonal. */
  private static TinyModel orthogonal() {
    TinyModel donor = llama(4, 7, true);
    set(
        donor,
        "model.embed_tokens.weight",
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        1,
        1,
        0,
        0,
        0,
        5,
        5,
        0,
        0,
        2,
        3,
        0,
        0,
        4,
        0,
        0,
        0,
        0,
        1,
        0,
        0);
    return donor;
  }

  @Test
  void aPursuitOfOneStepTakesTheLargestInnerProduct() throws IOException {
    Path donor = write(orthogonal(), "donor", DONOR_TOKENS, "<bos>", "<eos>");
    TransplantReport report =
        transplant(standardModel(), donor, options(Method.OMP, 1, Match.NO, Match.NO));
    assertRow("model.embed_tokens.weight", 4, 3 * 4, 3 * 5, 3 * 6);
    // 2 of (2, 3) is left in one row, 5 of (5, 5) in another, nothing in the third
    assertThat(report.matrices().getFirst().residual())
        .isCloseTo((2 / Math.sqrt(13) + Math.sqrt(0.5)) / 3, within(1e-6));
  }

  @Test
  void neighborsAreWeightedByTheInverseDistance() throws IOException {
    TinyModel donor = donor();
    // new lies 1 from hello and 3 from the; bos and eos are far
    set(donor, "model.embed_tokens.weight", 50, 50, 60, 60, 0, 0, 70, 70, 80, 80, 1, 0, 4, 0);
    transplant(
        standardModel(),
        write(donor, "donor", DONOR_TOKENS, "<bos>", "<eos>"),
        options(Method.COMMON_INTERPOLATION, 2, Match.NO, Match.NO));
    assertRow("model.embed_tokens.weight", 5, 0.25 * 4, 0.25 * 5, 0.75 + 0.25 * 6);
  }

  @Test
  void neighborsByAngleAreWeightedByTheCosine() throws IOException {
    TinyModel donor = donor();
    set(donor, "model.embed_tokens.weight", -1, 0, 0, -1, 3, 0, 70, 70, 80, 80, 3, 4, 0, 2);
    transplant(
        standardModel(),
        write(donor, "donor", DONOR_TOKENS, "<bos>", "<eos>"),
        new TransplantOptions(
            Method.COMMON_INTERPOLATION, 2, true, Match.NO, Match.NO, 100, 0, 1, 100, 0, 1));
    // cosines 0.6 and 0.8
    double hello = 0.6 / 1.4;
    double the = 0.8 / 1.4;
    assertRow("model.embed_tokens.weight", 5, the * 4, the * 5, hello + the * 6);
  }

  @Test
  void byteMatchesStandWhereTheyAreAllowed() throws IOException {
    TransplantReport report =
        transplant(
            standardModel(), standardDonor(), options(Method.ZERO, 8, Match.NO, Match.EMBED));
    assertRow("model.embed_tokens.weight", 3, 0, 1, 1);
    assertRow("lm_head.weight", 3, 0, 0, 0);
    assertThat(report.matrices())
        .extracting(TransplantReport.Matrix::byteMatches)
        .containsExactly(1, 0);
  }

  @Test
  void prefixMatchesStandWhereTheyAreAllowed() throws IOException {
    TransplantReport report =
        transplant(
            standardModel(), standardDonor(), options(Method.ZERO, 8, Match.LM_HEAD, Match.NO));
    assertRow("model.embed_tokens.weight", 4, 0, 0, 0);
    assertRow("lm_head.weight", 4, 9, 9, 0);
    assertThat(report.matrices())
        .extracting(TransplantReport.Matrix::prefixMatches)
        .containsExactly(0, 1);
  }

  @Test
  void randomRowsAreNormalAndTheSameForASeed() throws IOException {
    transplant(standardModel(), standardDonor(), options(Method.RANDN));
    float[] first = tensor("model.embed_tokens.weight");
    transplant(standardModel(), standardDonor(), options(Method.RANDN));
    assertThat(tensor("model.embed_tokens.weight")).isEqualTo(first);
    RandomRows many = new RandomRows(1000, 3);
    float[][] rows =
        many.rows(
                new TensorRows(
                    new TensorInfo("x", io.ingot.tensor.DType.F32, List.of(1L, 1L)),
                    java.lang.foreign.MemorySegment.NULL,
                    new int[20]),
                0)
            .values();
    assertThat(moment(rows, 1)).isCloseTo(0, within(0.03));
    assertThat(moment(rows, 2)).isCloseTo(1, within(0.03));
  }

  private static double moment(float[][] rows, int power) {
    double sum = 0;
    int count = 0;
    for (float[] row : rows) {
      for (float x : row) {
        sum += Math.pow(x, power);
        count++;
      }
    }
    return sum / count;
  }

  @Test
  void gaussianRowsHaveMeanAndCovarianceOfTheModel() throws IOException {
    StringBuilder tokens = new StringBuilder("{\"<s>\": 0, \"</s>\": 1");
    for (int i = 2; i < 4002; i++) {
      tokens.append(", \"t").append(i).append("\": ").append(i);
    }
    TinyModel donor = llama(2, 4002, true);
    transplant(
        standardModel(),
        write(donor, "donor", tokens + "}", "<s>", "</s>"),
        new TransplantOptions(
            Method.JOHN_HEWITT, 8, false, Match.NO, Match.NO, 600, 0, 1, 100, 1, 2));
    float[] made = tensor("model.embed_tokens.weight");
    float[] own = model().get("model.embed_tokens.weight");
    float[] mine = Arrays.copyOfRange(made, 6, made.length);
    for (int a = 0; a < 3; a++) {
      assertThat(mean(mine, a)).isCloseTo(mean(own, a), within(0.1));
      for (int b = 0; b < 3; b++) {
        assertThat(covariance(mine, a, b)).isCloseTo(covariance(own, a, b), within(0.25));
      }
    }
  }

  private static double mean(float[] rows, int a) {
    double sum = 0;
    for (int i = a; i < rows.length; i += 3) {
      sum += rows[i];
    }
    return sum * 3 / rows.length;
  }

  private static double covariance(float[] rows, int a, int b) {
    double sum = 0;
    for (int i = 0; i < rows.length; i += 3) {
      sum += (rows[i + a] - mean(rows, a)) * (rows[i + b] - mean(rows, b));
    }
    return sum * 3 / rows.length;
  }

  @Test
  void madeRowsAreScaled() throws IOException {
    transplant(
        standardModel(),
        standardDonor(),
        new TransplantOptions(Method.MEAN, 8, false, Match.NO, Match.NO, 8, 0, 0.5, 100, 0, 1));
    assertRow("model.embed_tokens.weight", 5, 0.5, 8 / 12.0, 8 / 12.0);
    assertRow("model.embed_tokens.weight", 2, 0, 0, 1);
  }

  @Test
  void aTiedModelStaysTied() throws IOException {
    TinyModel model = model().remove("lm_head.weight");
    model.config.put("tie_word_embeddings", true);
    transplant(
        write(model, "model", MODEL_TOKENS, "<s>", "</s>"), standardDonor(), options(Method.MEAN));
    assertThat(config().path("tie_word_embeddings").asBoolean()).isTrue();
    try (ModelFolder made = ModelFolder.open(dir.resolve("out"))) {
      assertThat(made.weights().tensors()).doesNotContainKey("lm_head.weight");
      assertThat(made.weights().info("model.embed_tokens.weight").shape()).containsExactly(7L, 3L);
    }
  }

  @Test
  void aBiasOfTheHeadFollowsItsRows() throws IOException {
    TinyModel model = model().add("lm_head.bias", 6);
    set(model, "lm_head.bias", 1, 2, 3, 4, 5, 6);
    transplant(
        write(model, "model", MODEL_TOKENS, "<s>", "</s>"), standardDonor(), options(Method.ZERO));
    assertThat(tensor("lm_head.bias")).containsExactly(1, 2, 3, 3.5f, 3.5f, 3.5f, 6);
  }

  @Test
  void paddingIsKept() throws IOException {
    TinyModel padded = llama(2, 9, true);
    Path donor = write(padded, "donor", DONOR_TOKENS, "<bos>", "<eos>");
    TransplantReport report = transplant(standardModel(), donor, options(Method.MEAN));
    assertThat(report.rows()).isEqualTo(9);
    assertThat(config().path("vocab_size").asInt()).isEqualTo(9);
    assertRow("model.embed_tokens.weight", 8, 0, 0, 0);
  }

  @Test
  void tokensWithoutARowAnywhereAreZeroAndSaid() throws IOException {
    TinyModel small = llama(2, 6, true);
    Path donor = write(small, "donor", DONOR_TOKENS.replace("▁the", "▁odd"), "<bos>", "<eos>");
    TransplantReport report = transplant(standardModel(), donor, options(Method.MEAN));
    assertThat(report.rows()).isEqualTo(7);
    assertThat(report.matrices().getFirst().empty()).isEqualTo(1);
    assertRow("model.embed_tokens.weight", 6, 0, 0, 0);
    assertThat(report.warnings()).anySatisfy(w -> assertThat(w).contains("have no row there"));
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void theDonorItselfGivesTheSameBytes(Method method) throws IOException {
    Path models = GoldenData.root().resolve("merge/models");
    assumeTrue(Files.isDirectory(models), "no golden models here");
    try (Stream<Path> folders = Files.list(models)) {
      for (Path folder :
          folders.filter(f -> f.getFileName().toString().startsWith("tok-")).toList()) {
        try (Stream<Path> old = Files.walk(dir)) {
          for (Path file : old.sorted(java.util.Comparator.reverseOrder()).toList()) {
            if (!file.equals(dir)) {
              Files.delete(file);
            }
          }
        }
        transplant(folder, folder, options(method));
        try (ModelFolder before = ModelFolder.open(folder);
            ModelFolder after = ModelFolder.open(dir.resolve("out"))) {
          long rows = after.weights().info("model.embed_tokens.weight").shape().getFirst();
          for (TensorInfo info : before.weights().tensors().values()) {
            // tok-over has tokens without rows; those are added
            boolean grown =
                rows != before.weights().info("model.embed_tokens.weight").shape().getFirst();
            long bytes = info.byteSize();
            assertThat(grown || after.weights().data(info.name()).byteSize() == bytes).isTrue();
            assertThat(
                    after
                        .weights()
                        .data(info.name())
                        .asSlice(0, bytes)
                        .mismatch(before.weights().data(info.name())))
                .as("%s of %s", info.name(), folder)
                .isEqualTo(-1);
          }
        }
      }
    }
  }

  @Test
  void badInputsAreNamed() throws IOException {
    Path model = standardModel();
    Path donor = standardDonor();
    Files.delete(donor.resolve("tokenizer.json"));
    assertThatThrownBy(() -> transplant(model, donor, options(Method.OMP)))
        .hasMessageContaining("giver has no tokenizer.json");

    Path strange = write(donor(), "strange", "{\"x1\": 0, \"x2\": 1}", "", "");
    assertThatThrownBy(() -> transplant(model, strange, options(Method.OMP)))
        .hasMessageContaining("share no token");

    TinyModel broken = donor();
    set(broken, "model.embed_tokens.weight", 9, 9, 8, 8, Float.NaN);
    Path nan = write(broken, "nan", DONOR_TOKENS, "<bos>", "<eos>");
    assertThatThrownBy(() -> transplant(model, nan, options(Method.OMP)))
        .hasMessageContaining("'model.embed_tokens.weight' of the donor holds NaN in row 2");

    Path far = write(donor(), "far", "{\"<s>\": 0, \"x\": 2000000000}", "<s>", "</s>");
    assertThatThrownBy(() -> transplant(model, far, options(Method.ZERO)))
        .hasMessageContaining("gives token 'x' the id 2000000000");

    Path headless =
        write(model().remove("model.embed_tokens.weight"), "headless", MODEL_TOKENS, "<s>", "</s>");
    assertThatThrownBy(() -> transplant(headless, standardDonor(), options(Method.ZERO)))
        .hasMessageContaining("taker has no embedding of tokens");

    assertThatThrownBy(() -> options(Method.OMP, 0, Match.NO, Match.NO))
        .hasMessageContaining("-k: 0 is not positive");
  }

  @Test
  void vocabulariesAreSpelledInTheirOwnWays() throws IOException {
    ObjectNode bytes = JSON.createObjectNode();
    bytes.putObject("pre_tokenizer").put("type", "ByteLevel");
    Map<String, String> same =
        Map.of("Ġhello", "▁hello", "Ã©", "é", "ĠÃ©t", "▁ét", "ĠĠ", "▁▁", "abc", "abc");
    same.forEach(
        (byteLevel, sentencePiece) ->
            assertThat(Spelling.BYTES.form(byteLevel))
                .isEqualTo(Spelling.MARKED_UNDERLINE.form(sentencePiece)));
    // a byte that is no text alone, and the character that looks like it
    assertThat(Spelling.BYTES.form("é")).isEqualTo(Spelling.MARKED_UNDERLINE.form("<0xE9>"));
    assertThat(Spelling.BYTES.form("é")).isNotEqualTo(Spelling.MARKED_UNDERLINE.form("é"));
    assertThat(Spelling.BYTES.form("Ċ").asByte())
        .contains(Spelling.MARKED_UNDERLINE.form("<0x0A>"));
    assertThat(Spelling.of(bytes, List.of("▁x"))).isEqualTo(Spelling.BYTES);
    assertThat(Spelling.of(JSON.createObjectNode(), List.of("Ġx", "▁", "Ġy")))
        .isEqualTo(Spelling.MARKED_G);
    assertThat(Spelling.MARKED_UNDERLINE.form("▁worlds").prefixes())
        .first()
        .isEqualTo(Spelling.BYTES.form("Ġworld"));
  }
}
