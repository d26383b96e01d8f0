package io.ingot.merge.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.merge.moe.MoeRecipe.Expert;
import io.ingot.merge.recipe.RecipeProblem;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The grammar of mixtures: what it accepts, and what it says about the rest. */
class MoeRecipeReaderTest {
  private static List<String> problems(String text, boolean forTraining) {
    return MoeRecipeReader.read("moe.yml", text, forTraining).problems().stream()
        .map(RecipeProblem::text)
        .toList();
  }

  private static MoeRecipe recipe(String text) {
    return Objects.requireNonNull(MoeRecipeReader.read("moe.yml", text, false).recipe());
  }

  @Test
  void readsEveryKey() {
    MoeRecipe recipe =
        recipe(
            """
            base_model: base@v1
            gate_mode: hidden_avg
            dtype: torch.bfloat16
            experts_per_token: 1
            architecture: qwen
            experts:
              - source_model: a+lora
                positive_prompts: [one, 2]
                negative_prompts: [three]
                noise_scale: 1e-3
                residual_scale: 0.5
              - {source_model: {model: {path: b}}, positive_prompts: [x]}
            shared_experts:
              - {source_model: c, positive_prompts: [y]}
            """);
    assertThat(recipe.references())
        .map(Object::toString)
        .containsExactly("base@v1", "a+lora", "b", "c");
    assertThat(recipe.gateMode()).isEqualTo(GateMode.HIDDEN_AVG);
    assertThat(recipe.dtype()).contains("bfloat16");
    assertThat(recipe.expertsPerToken()).isEqualTo(1);
    assertThat(recipe.architecture()).contains("qwen");
    Expert first = recipe.experts().getFirst();
    assertThat(first.positive()).containsExactly("one", "2");
    assertThat(first.negative()).containsExactly("three");
    assertThat(first.noiseScale()).isEqualTo(OptionalDouble.of(1e-3));
    assertThat(first.residualScale()).isEqualTo(OptionalDouble.of(0.5));
    assertThat(recipe.shared()).hasSize(1);
  }

  @Test
  void defaultsAreTheReferences() {
    MoeRecipe recipe =
        recipe(
            """
            base_model: base
            experts:
              - {source_model: a, positive_prompts: [x]}
              - {source_model: b, positive_prompts: [y]}
            """);
    assertThat(recipe.gateMode()).isEqualTo(GateMode.HIDDEN);
    assertThat(recipe.expertsPerToken()).isEqualTo(2);
    assertThat(recipe.dtype()).isEmpty();
  }

  @Test
  void saysEverythingAtOnceWithPositions() {
    assertThat(
            problems(
                """
                base_modle: base
                gate_mode: hiden
                dtype: int8
                experts_per_token: 0.5
                experts:
                  - positive_prompts: hello
                  - {source_model: b, positive_prompts: [x], noise_scale: much}
                """,
                false))
        .anyMatch(p -> p.startsWith("1:13: base_modle: unknown key") && p.contains("'base_model'"))
        .anyMatch(p -> p.contains("base_model is missing"))
        .anyMatch(
            p -> p.startsWith("2:12: gate_mode: unknown gate_mode 'hiden'; did you mean 'hidden'"))
        .anyMatch(p -> p.startsWith("3:8: dtype: unknown dtype 'int8'"))
        .anyMatch(p -> p.startsWith("4:20: experts_per_token: expected a whole number"))
        .anyMatch(p -> p.startsWith("6:5: experts[0]: 'source_model' is missing"))
        .anyMatch(p -> p.startsWith("6:23: experts[0].positive_prompts: expected a list"))
        .anyMatch(p -> p.startsWith("7:59: experts[1].noise_scale: expected a number"));
  }

  @Test
  void wantsExpertsEnough() {
    assertThat(problems("base_model: a\n", false))
        .singleElement()
        .asString()
        .contains("experts is missing");
    assertThat(
            problems(
                "base_model: a\nexperts:\n  - {source_model: b, positive_prompts: [x]}\n", false))
        .singleElement()
        .asString()
        .isEqualTo("3:3: experts: 1 expert, but every token goes to 2 of them (experts_per_token)");
  }

  @Test
  void wantsPromptsWhereTheyMakeTheRouter() {
    String text = Mixtures.recipe("base", "gate_mode: cheap_embed", "a 1", "b");
    assertThat(problems(text, true))
        .containsExactly(
            "5:5: experts[1]: positive_prompts is missing; gate_mode cheap_embed makes the router of them");
    assertThat(problems(text.replace("cheap_embed", "random"), false))
        .containsExactly("4:3: experts: prompts have no effect with gate_mode random");
    assertThat(problems(text.replace("cheap_embed", "uniform_random"), false)).hasSize(1);
    assertThat(
            problems(
                text.replace("b}", "b, positive_prompts: [y]}")
                    + "shared_experts: [{source_model: a, positive_prompts: [z]}, {source_model: b}]\n",
                false))
        .singleElement()
        .asString()
        .contains("either all shared experts have positive_prompts or none");
  }

  @Test
  void refusesWhatIsOfNoUseUnlessItIsToBeTrained() {
    String alike = Mixtures.recipe("base", "gate_mode: hidden", "a same", "b same");
    assertThat(problems(alike, false))
        .singleElement()
        .asString()
        .contains("all experts have the same prompts")
        .contains("--i-understand-this-is-not-useful-without-training");
    assertThat(problems(alike, true)).isEmpty();
    String clones = Mixtures.recipe("base", "gate_mode: hidden", "a 1", "a 2");
    assertThat(problems(clones, false))
        .singleElement()
        .asString()
        .contains("all experts are the same model");
    assertThat(problems(clones, true)).isEmpty();
    assertThat(problems(Mixtures.recipe("base", "gate_mode: random", "a", "a"), false)).isEmpty();
  }

  @Test
  void wantsOneDocument() {
    assertThatThrownBy(() -> problems("", false)).hasMessageContaining("moe.yml is empty");
    assertThatThrownBy(() -> problems("a: 1\n---\nb: 2\n", false))
        .hasMessageContaining("several documents");
    assertThatThrownBy(() -> problems("a: [1\n", false)).hasMessageContaining("moe.yml:2:1");
    assertThat(problems("- 1\n", false)).anyMatch(p -> p.contains("expected a mapping"));
  }
}
