package io.ingot.step.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.step.AnyOf;
import io.ingot.step.Default;
import io.ingot.step.Doc;
import io.ingot.step.Range;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The adapter; keys mean what they mean in PEFT's LoraConfig.
 *
 * @param alpha the planner writes twice the rank where the user wrote nothing
 * @param targets text: {@code all-linear} or a regular expression of whole module paths; list:
 *     module names by their last parts
 */
public record Lora(
    @Doc("Rank of the two factors.") @Default("16") @Range(min = 1, max = 4096)
        @Nullable Integer rank,
    @Doc("The update is scaled by alpha / rank; default: twice the rank.") @Range(above = 0)
        @Nullable Double alpha,
    @Doc("Share of the inputs that is dropped.") @Default("0.0") @Range(min = 0, below = 1)
        @Nullable Double dropout,
    @Doc("all-linear, a list of module names, or a regular expression of whole module paths.")
        @Default("all-linear")
        @AnyOf({String.class, String[].class})
        @Nullable JsonNode targets,
    @Doc("Modules that are left alone: names or a regular expression.")
        @AnyOf({String.class, String[].class})
        @Nullable JsonNode exclude,
    @Doc("Plain LoRA, scaled by the square root of the rank, or with a magnitude per row.")
        @Default("lora")
        @Nullable Variant variant,
    @Doc("Start of the factors: true, gaussian, pissa, olora, orthogonal, ...")
        @Default("true")
        @AnyOf({Boolean.class, String.class})
        @Nullable JsonNode init,
    @Doc("Modules that are trained and saved whole, e.g. lm_head.")
        @Nullable List<String> modulesToSave,
    @Doc("Rank of modules whose path ends like the key, a regular expression.")
        @Nullable Map<String, Integer> rankPattern,
    @Doc("Alpha of modules whose path ends like the key, a regular expression.")
        @Nullable Map<String, Double> alphaPattern,
    @Doc("Numbers of the layers that get an adapter; default: all.") @Range(min = 0)
        @Nullable List<Integer> layers) {

  /** Forms of the update. */
  public enum Variant {
    @Doc("alpha / rank.")
    LORA,
    @Doc("alpha / sqrt(rank), arXiv 2312.03732.")
    RSLORA,
    @Doc("Weight-decomposed, arXiv 2402.09353.")
    DORA
  }
}
