package io.ingot.merge;

import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.merge.tokenizer.EmbeddingRows;
import io.ingot.model.Model;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a merge that can be said before the first byte is written, from headers alone:
 * no weight is read. It goes on behind every mistake, so that all are found at once.
 *
 * @param participants the models that could be opened
 * @param plan null when that is not enough to plan
 * @param tokenizer null when there is no plan
 */
record Preflight(
    Map<ModelRef, Participant> participants,
    @Nullable MergePlan plan,
    @Nullable MergedTokenizer tokenizer,
    Findings findings)
    implements AutoCloseable {

  static Preflight of(Recipe recipe, ModelResolver resolver, MergeOptions options) {
    Map<ModelRef, Participant> participants = new LinkedHashMap<>();
    Findings findings = new Findings();
    try {
      for (ModelRef reference : recipe.allReferences()) {
        open(reference, resolver, participants, findings);
      }
      compare(recipe, participants, findings);
      boolean complete = participants.keySet().containsAll(recipe.allReferences());
      if (!complete) {
        return new Preflight(participants, null, null, findings);
      }
      MergedTokenizer tokenizer = tokenizer(recipe, options, participants, findings);
      MergePlan plan = plan(recipe, options, participants, tokenizer, findings);
      return new Preflight(participants, plan, plan == null ? null : tokenizer, findings);
    } catch (RuntimeException | Error e) {
      participants.values().forEach(p -> p.model().close());
      throw e;
    }
  }

  private static void open(
      ModelRef reference,
      ModelResolver resolver,
      Map<ModelRef, Participant> participants,
      Findings findings) {
    try {
      Model model = resolver.open(reference);
      try {
        participants.put(reference, Participant.of(reference, model));
      } catch (RuntimeException e) {
        model.close();
        throw e;
      }
    } catch (IngotException e) {
      findings.error(reference.toString(), "", e);
    }
  }

  private static void compare(
      Recipe recipe, Map<ModelRef, Participant> participants, Findings findings) {
    List<Participant> merged =
        recipe.references().stream().map(participants::get).filter(Objects::nonNull).toList();
    if (!merged.isEmpty()) {
      new ModelComparison(recipe, merged.getFirst(), merged, findings).check();
    }
  }

  private static MergedTokenizer tokenizer(
      Recipe recipe,
      MergeOptions options,
      Map<ModelRef, Participant> participants,
      Findings findings) {
    try {
      return MergedTokenizer.of(recipe, participants, options.compatible());
    } catch (IngotException e) {
      findings.error("", "", e);
      return MergedTokenizer.DONORS;
    }
  }

  private static @Nullable MergePlan plan(
      Recipe recipe,
      MergeOptions options,
      Map<ModelRef, Participant> participants,
      MergedTokenizer tokenizer,
      Findings findings) {
    EmbeddingRows rows = tokenizer.rows();
    try {
      return new MergePlanner(recipe, options, participants, rows, findings).plan();
    } catch (IngotException e) {
      findings.error("", "", e);
      return null;
    }
  }

  @Override
  public void close() {
    participants.values().forEach(p -> p.model().close());
  }
}
