package io.ingot.merge.moe;

import io.ingot.error.IngotException;
import io.ingot.merge.moe.MoeRecipe.Expert;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.RecipeProblem;
import io.ingot.merge.recipe.RecipeProblem.Severity;
import io.ingot.merge.recipe.RecipeReader;
import io.ingot.merge.recipe.Spelling;
import io.ingot.merge.recipe.YamlDocuments;
import io.ingot.merge.recipe.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads recipes in the grammar of mergekit-moe and says everything that is wrong with them at once,
 * with positions.
 *
 * <pre>{@code
 * base_model: mistralai/Mistral-7B-v0.3
 * gate_mode: hidden
 * dtype: bfloat16
 * experts:
 *   - source_model: acme/chemist-7b
 *     positive_prompts: ["Balance this reaction:"]
 *   - source_model: acme/poet-7b
 *     positive_prompts: ["Write a sonnet about"]
 * }</pre>
 */
public final class MoeRecipeReader {
  private static final List<String> TOP =
      List.of(
          "base_model",
          "experts",
          "gate_mode",
          "dtype",
          "experts_per_token",
          "shared_experts",
          "architecture");
  private static final List<String> EXPERT =
      List.of(
          "source_model", "positive_prompts", "negative_prompts", "noise_scale", "residual_scale");
  private static final List<String> DTYPES = List.of("bfloat16", "float16", "float32");

  /**
   * What was read.
   *
   * @param recipe null when there are errors
   */
  public record Reading(@Nullable MoeRecipe recipe, List<RecipeProblem> problems) {}

  private MoeRecipeReader() {}

  /**
   * Reads a recipe.
   *
   * @param file how messages name it
   * @param forTraining whether a mixture that does nothing useful before it is trained is wanted
   * @throws IngotException INVALID when it is no YAML, or not one document
   */
  public static Reading read(String file, String text, boolean forTraining) {
    List<Node> nodes = YamlDocuments.compose(file, text);
    if (nodes.size() != 1) {
      throw IngotException.invalid(
          nodes.isEmpty()
              ? file + " is empty; a recipe for a mixture of experts was expected"
              : file + " holds several documents; one recipe was expected");
    }
    List<RecipeProblem> problems = new ArrayList<>();
    MoeRecipe recipe = recipe(new YamlNode(nodes.getFirst(), "", problems), forTraining);
    boolean failed = problems.stream().anyMatch(p -> p.severity() == Severity.ERROR);
    return new Reading(failed ? null : recipe, problems);
  }

  private static MoeRecipe recipe(YamlNode root, boolean forTraining) {
    Map<String, YamlNode> keys = root.map();
    YamlNode.rejectUnknown(keys, TOP);
    ModelRef base = ModelRef.of("");
    if (RecipeReader.present(keys, "base_model")) {
      base = RecipeReader.modelRef(RecipeReader.child(keys, "base_model"));
    } else {
      root.error("base_model is missing: the model that gives attention, norms and embeddings");
    }
    MoeRecipe recipe =
        new MoeRecipe(
            base,
            experts(keys, "experts"),
            experts(keys, "shared_experts"),
            gateMode(keys),
            RecipeReader.optional(keys, "dtype").map(MoeRecipeReader::dtype),
            perToken(keys),
            RecipeReader.optional(keys, "architecture").map(n -> RecipeReader.orEmpty(n.text())));
    if (recipe.experts().isEmpty()) {
      root.error("experts is missing: the models whose MLPs tokens are routed to");
    } else {
      new MoeRecipeCheck(recipe, keys, forTraining).check();
    }
    return recipe;
  }

  private static GateMode gateMode(Map<String, YamlNode> keys) {
    Optional<YamlNode> node = RecipeReader.optional(keys, "gate_mode");
    if (node.isEmpty()) {
      return GateMode.HIDDEN;
    }
    String text = RecipeReader.orEmpty(node.get().text());
    Optional<GateMode> mode = GateMode.of(text);
    if (mode.isEmpty()) {
      node.get().error("unknown gate_mode '" + text + "'" + Spelling.hint(text, GateMode.names()));
    }
    return mode.orElse(GateMode.HIDDEN);
  }

  private static String dtype(YamlNode node) {
    String text = RecipeReader.orEmpty(node.text());
    String plain = text.startsWith("torch.") ? text.substring(6) : text;
    if (!DTYPES.contains(plain)) {
      node.error("unknown dtype '" + text + "'; known: " + String.join(", ", DTYPES));
    }
    return plain;
  }

  private static int perToken(Map<String, YamlNode> keys) {
    Optional<YamlNode> node = RecipeReader.optional(keys, "experts_per_token");
    if (node.isEmpty()) {
      return 2;
    }
    double number = RecipeReader.whole(node.get()).orElse(0);
    if (number < 1 || number > 1 << 20) {
      node.get().error("expected a whole number of 1 or more");
      return 1;
    }
    return (int) number;
  }

  private static List<Expert> experts(Map<String, YamlNode> keys, String key) {
    return RecipeReader.optional(keys, key).map(YamlNode::list).orElse(List.of()).stream()
        .map(MoeRecipeReader::expert)
        .toList();
  }

  private static Expert expert(YamlNode node) {
    Map<String, YamlNode> keys = node.map();
    YamlNode.rejectUnknown(keys, EXPERT);
    ModelRef model = ModelRef.of("");
    if (RecipeReader.present(keys, "source_model")) {
      model = RecipeReader.modelRef(RecipeReader.child(keys, "source_model"));
    } else {
      node.error("'source_model' is missing");
    }
    return new Expert(
        model,
        prompts(keys, "positive_prompts"),
        prompts(keys, "negative_prompts"),
        number(keys, "noise_scale"),
        number(keys, "residual_scale"));
  }

  private static List<String> prompts(Map<String, YamlNode> keys, String key) {
    return RecipeReader.optional(keys, key).map(YamlNode::list).orElse(List.of()).stream()
        .map(n -> RecipeReader.orEmpty(n.text()))
        .toList();
  }

  private static OptionalDouble number(Map<String, YamlNode> keys, String key) {
    Optional<YamlNode> node = RecipeReader.optional(keys, key);
    if (node.isEmpty()) {
      return OptionalDouble.empty();
    }
    OptionalDouble number = node.get().number();
    if (number.isEmpty() || !Double.isFinite(number.getAsDouble())) {
      node.get().error("expected a number, found " + node.get().describe());
    }
    return number;
  }
}
