package io.ingot.merge.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.merge.recipe.RecipeProblem.Severity;
import io.ingot.merge.recipe.RecipeReader.Reading;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The grammar: what it accepts, and what it says about the rest. */
class RecipeReaderTest {
  private static Reading read(String text) {
    return RecipeReader.readAll("recipe.yml", text).getFirst();
  }

  private static List<String> problems(String text) {
    return read(text).problems().stream().map(RecipeProblem::text).toList();
  }

  @Test
  void saysEverythingAtOnceWithPositions() {
    assertThat(
            problems(
                """
                merge_metod: linear
                models:
                  - model: a+b+c
                    parameters: {weight: heavy, wieght: 1}
                dtype: float64
                """))
        .anyMatch(
            p ->
                p.startsWith("1:14: merge_metod: unknown key")
                    && p.contains("did you mean 'merge_method'"))
        .anyMatch(p -> p.contains("merge_method is missing"))
        .anyMatch(p -> p.startsWith("3:12: models[0].model:") && p.contains("more than one '+'"))
        .anyMatch(p -> p.startsWith("4:26:") && p.contains("expected a number, found 'heavy'"))
        .anyMatch(p -> p.startsWith("5:8:") && p.contains("float64"));
  }

  @Test
  void namesUnknownParametersAndThoseWithoutEffect() {
    Reading reading =
        read(
            """
            merge_method: ties
            base_model: a
            models: [{model: b, parameters: {weigth: 1, gamma: 0.1, lambda: 2}}]
            """);
    assertThat(reading.recipe()).isNotNull();
    assertThat(reading.clean()).isFalse();
    assertThat(reading.problems())
        .anyMatch(
            p ->
                p.severity() == Severity.UNKNOWN_KEY
                    && p.message().contains("did you mean 'weight'"))
        .anyMatch(
            p -> p.severity() == Severity.WARNING && p.message().contains("'gamma' has no effect"))
        .anyMatch(
            p -> p.severity() == Severity.WARNING && p.message().contains("belongs to the method"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1e-5|0.00001",
        "'0.5'|0.5",
        "true|1",
        "no|0",
        "010|8",
        "0x10|16",
        "1_000|1000",
        ".5|0.5",
        "-3|-3",
        "1.0e+2|100"
      })
  void numbersAsInYaml11(String text, double value) {
    Recipe recipe =
        Objects.requireNonNull(
            read("merge_method: slerp\nbase_model: a\nmodels: [{model: b}]\nparameters: {t: "
                    + text
                    + "}")
                .recipe());
    assertThat(Objects.requireNonNull(recipe.parameters().get("t")).value("x", 0))
        .isEqualTo(OptionalDouble.of(value));
  }

  @Test
  void gradientsAndFilters() {
    Setting setting =
        new Setting(
            List.of(
                new Setting.Case("attn", List.of(0.0, 1.0)),
                new Setting.Case("mlp", List.of(3.0))));
    assertThat(setting.value("l.attn.q", 0.25)).isEqualTo(OptionalDouble.of(0.25));
    assertThat(setting.value("l.attn.q", 1)).isEqualTo(OptionalDouble.of(1));
    assertThat(setting.value("l.mlp.up", 0.7)).isEqualTo(OptionalDouble.of(3));
    assertThat(setting.value("norm", 0)).isEmpty();
  }

  @Test
  void references() {
    ModelRef reference = ModelRef.parse("org/m@v1+org/l@v2");
    assertThat(reference.path()).isEqualTo("org/m");
    assertThat(reference.revision()).contains("v1");
    assertThat(reference.lora().orElseThrow().revision()).contains("v2");
    assertThat(reference).hasToString("org/m@v1+org/l@v2");
    assertThatThrownBy(() -> ModelRef.parse("a@b@c")).hasMessageContaining("model reference");
  }

  @Test
  void acceptsOneFilteredValueWithoutAList() {
    Reading reading =
        read(
            "merge_method: slerp\nbase_model: a\nmodels: [{model: b}]\nparameters: {t: {value: 0.5}}\n");
    assertThat(reading.problems()).isEmpty();
    assertThat(Objects.requireNonNull(reading.recipe()).parameters().get("t"))
        .isNotNull()
        .satisfies(t -> assertThat(t.value("x", 0)).hasValue(0.5));
  }

  @Test
  void hostileYaml() {
    assertThatThrownBy(() -> read("a: !!javax.script.ScriptEngineManager []\nb: ["))
        .hasMessageContaining("no valid YAML");
    assertThatThrownBy(() -> read("a: 1\na: 2\nb: : :")).hasMessageContaining("recipe.yml:");
    assertThatThrownBy(() -> read("")).hasMessageContaining("empty");
  }

  @ParameterizedTest
  @CsvSource({"dytpe,dtype", "dtpye,dtype", "dtyp,dtype", "dtyype,dtype", "xtype,dtype"})
  void findsWhatSomebodyMeant(String written, String meant) {
    assertThat(Spelling.nearest(written, List.of("models", "dtype", "slices"))).contains(meant);
    assertThat(Spelling.nearest("weather", List.of("models", "dtype"))).isEmpty();
  }
}
