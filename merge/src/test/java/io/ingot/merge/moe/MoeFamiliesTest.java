package io.ingot.merge.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.merge.recipe.ModelRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which family a mixture is written in. */
class MoeFamiliesTest {
  private final List<String> warnings = new ArrayList<>();

  private String choose(String more, boolean mixed, String... kinds) {
    String[] experts = {"a 1", "b 2"};
    String text = Mixtures.recipe("base", more, experts);
    MoeRecipe recipe = Objects.requireNonNull(MoeRecipeReader.read("moe.yml", text, true).recipe());
    Map<ModelRef, String> found = new LinkedHashMap<>();
    for (int i = 0; i < recipe.references().size(); i++) {
      found.put(recipe.references().get(i), kinds[Math.min(i, kinds.length - 1)]);
    }
    return MoeFamilies.choose(recipe, found, mixed, warnings::add).name();
  }

  private static String shared(String prompts) {
    return "shared_experts: [{source_model: c" + prompts + "}]";
  }

  @Test
  void choosesByModelsAndSharedExperts() {
    assertThat(choose("", false, "llama")).isEqualTo("Mixtral");
    assertThat(choose("", false, "mistral")).isEqualTo("Mixtral");
    assertThat(choose("", false, "qwen3")).isEqualTo("Qwen3 MoE");
    assertThat(choose(shared(", positive_prompts: [x]"), false, "qwen2")).isEqualTo("Qwen MoE");
    assertThat(choose(shared(", positive_prompts: [x]"), false, "llama")).isEqualTo("Qwen MoE");
    assertThat(choose(shared(""), false, "llama")).isEqualTo("DeepSeek MoE");
    assertThat(warnings).isEmpty();
    assertThat(choose("gate_mode: random\n" + shared(""), false, "llama"))
        .isEqualTo("DeepSeek MoE");
    assertThat(warnings)
        .containsExactly(
            "DeepSeek MoE and Qwen MoE are possible; DeepSeek MoE is written. 'architecture:' chooses another");
  }

  @Test
  void aNameMayBeBegun() {
    assertThat(choose("architecture: DEEP", false, "llama")).isEqualTo("DeepSeek MoE");
    assertThat(choose("architecture: qwen", false, "qwen3")).isEqualTo("Qwen3 MoE");
    assertThatThrownBy(() -> choose("architecture: olmoe", false, "llama"))
        .hasMessage(
            "architecture: no output family begins with 'olmoe'; known: Mixtral, DeepSeek MoE, Qwen MoE, Qwen3 MoE");
  }

  @Test
  void refusesWithTheReasonOfEveryFamily() {
    assertThatThrownBy(() -> choose("", false, "gemma2"))
        .hasMessageContaining("no output family takes this recipe")
        .hasMessageContaining("Mixtral is made of llama or mistral; base is gemma2")
        .hasMessageContaining("Qwen3 MoE is made of qwen3; base is gemma2");
    assertThatThrownBy(() -> choose("", false, "qwen2"))
        .hasMessageContaining("Qwen MoE needs exactly one entry in shared_experts, found 0");
    assertThatThrownBy(() -> choose(shared(""), false, "qwen2"))
        .hasMessageContaining("Qwen MoE needs positive_prompts for the shared expert");
    assertThatThrownBy(() -> choose(shared(""), false, "qwen3"))
        .hasMessageContaining("Qwen3 MoE has no shared experts");
    assertThatThrownBy(
            () ->
                choose("architecture: deep\n" + shared(", positive_prompts: [x]"), false, "llama"))
        .hasMessageContaining("DeepSeek MoE has no gate for the shared expert");
  }

  @Test
  void mixesKindsOnlyWhenAsked() {
    assertThatThrownBy(() -> choose("", false, "mistral", "llama"))
        .hasMessageContaining("base is mistral, a is llama; --allow-crimes mixes them");
    assertThat(choose("", true, "mistral", "llama")).isEqualTo("Mixtral");
    assertThatThrownBy(() -> choose("", true, "mistral", "qwen3"))
        .hasMessageContaining("a is qwen3");
  }
}
