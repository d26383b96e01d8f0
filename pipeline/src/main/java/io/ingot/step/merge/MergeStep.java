package io.ingot.step.merge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.ingot.adapter.AdaptedModel;
import io.ingot.error.IngotException;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.MergeSummary;
import io.ingot.merge.Merger;
import io.ingot.merge.ModelResolver;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.merge.recipe.RecipeProblem;
import io.ingot.merge.recipe.RecipeReader;
import io.ingot.merge.recipe.RecipeReader.Reading;
import io.ingot.model.Model;
import io.ingot.step.ModelOpener;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.step.StepOutcome;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Merges models. The artifact is a model folder with the recipe ({@code mergekit_config.yml}) and
 * facts about the merge ({@code merge.json}).
 */
public final class MergeStep implements Step {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .build();

  @Override
  public String kind() {
    return "merge";
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public StepOutcome run(StepContext context) throws IOException, InterruptedException {
    String source = yaml(context.parameters().path("recipe"));
    Recipe recipe = recipe(source);
    try (Merger merger =
        Merger.open(recipe, source, resolver(context), MergeOptions.defaults().withCard(false))) {
      MergeSummary summary =
          merger.fill(
              context.output(), context.step(), context.progress(), context::checkCancelled);
      java.nio.file.Files.writeString(context.output().resolve("mergekit_config.yml"), source);
      JSON.writerWithDefaultPrettyPrinter()
          .writeValue(context.output().resolve("merge.json").toFile(), facts(recipe, summary));
      return StepOutcome.done(
          String.format(
              Locale.ROOT,
              "%s of %d models, %d tensors, %.1f M parameters",
              recipe.method(),
              recipe.references().size(),
              summary.tensors(),
              summary.parameters() / 1e6));
    }
  }

  private static Recipe recipe(String source) {
    Reading reading = RecipeReader.readAll("the merge recipe", source).getFirst();
    Recipe recipe = reading.recipe();
    if (recipe == null) {
      throw IngotException.invalid(
          String.join("\n  ", reading.problems().stream().map(RecipeProblem::text).toList()));
    }
    return recipe;
  }

  private static String yaml(JsonNode recipe) {
    try {
      return YAML.writeValueAsString(recipe);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Facts that the card tells; no times. */
  private static Map<String, Object> facts(Recipe recipe, MergeSummary summary) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("method", recipe.method());
    recipe.base().ifPresent(base -> facts.put("base_model", base.toString()));
    facts.put("models", recipe.references().stream().map(ModelRef::toString).toList());
    facts.put("tensors", summary.tensors());
    facts.put("parameters", summary.parameters());
    facts.put("bytes", summary.bytes());
    facts.put("files", summary.files());
    facts.put("copied_tensors", summary.leftovers());
    facts.put("warnings", summary.warnings());
    return facts;
  }

  /** A reference is the name of an input; an adapter after a plus may be one of its own. */
  static ModelResolver resolver(StepContext context) {
    return reference -> {
      String text = reference.path() + reference.revision().map(r -> "@" + r).orElse("");
      String whole = text + reference.lora().map(l -> "+" + l).orElse("");
      if (context.inputs().containsKey(whole)) {
        return ModelOpener.open(context.model(whole));
      }
      String name = context.inputs().containsKey(text) ? text : reference.path();
      if (!context.inputs().containsKey(name)) {
        throw IngotException.invalid(
            "the recipe names '%s', which is no model or step of the job; known: %s"
                .formatted(whole, context.inputs().keySet()));
      }
      Model model = ModelOpener.open(context.model(name));
      if (reference.lora().isEmpty()) {
        return model;
      }
      StepInput lora = context.inputs().get(reference.lora().get().path());
      if (lora == null) {
        model.close();
        throw IngotException.invalid(
            "the recipe names the adapter '%s', which is no step of the job"
                .formatted(reference.lora().get()));
      }
      return AdaptedModel.open(model, lora.path());
    };
  }
}
