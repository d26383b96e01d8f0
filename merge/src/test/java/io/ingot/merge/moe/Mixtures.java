package io.ingot.merge.moe;

import io.ingot.error.IngotException;
import io.ingot.merge.MergeFacts;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.MergeSummary;
import io.ingot.merge.recipe.RecipeProblem;
import io.ingot.model.Model;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Builds mixtures as the command does, with a made-up tokenizer and decoder: the tokens of a prompt
 * are the digits in it, and what enters layer {@code l} at token {@code t} is {@code (l + 1) * t}
 * in element t, else 0.
 */
final class Mixtures {
  private Mixtures() {}

  static MoeBuilder open(Path root, String source, MergeOptions options) {
    MoeRecipeReader.Reading reading = MoeRecipeReader.read("moe.yml", source, false);
    MoeRecipe recipe = reading.recipe();
    if (recipe == null) {
      throw IngotException.invalid(
          String.join("\n", reading.problems().stream().map(RecipeProblem::text).toList()));
    }
    return MoeBuilder.open(
        recipe, source, reference -> ModelFolder.open(root.resolve(reference.path())), options);
  }

  static MergeSummary write(Path root, String source, MergeOptions options, Path out)
      throws InterruptedException {
    return write(root, source, options, out, Cancellation.NONE);
  }

  static MergeSummary write(
      Path root, String source, MergeOptions options, Path out, Cancellation cancellation)
      throws InterruptedException {
    try (MoeBuilder builder = open(root, source, options)) {
      return builder.write(
          out, MergeFacts.NONE, Mixtures::encode, Mixtures::visit, Progress.NONE, cancellation);
    }
  }

  static List<int[]> encode(Model model, List<String> prompts) {
    return prompts.stream()
        .map(p -> p.chars().filter(Character::isDigit).map(c -> c - '0').toArray())
        .toList();
  }

  static void visit(Model model, List<int[]> rows, HiddenStates.Visitor visitor)
      throws InterruptedException {
    for (int layer = 0; layer < TinyDense.LAYERS; layer++) {
      for (int row = rows.size() - 1; row >= 0; row--) {
        int[] tokens = rows.get(row);
        float[] states = new float[tokens.length * TinyDense.HIDDEN];
        for (int t = 0; t < tokens.length; t++) {
          states[t * TinyDense.HIDDEN + tokens[t]] = (layer + 1) * tokens[t];
        }
        visitor.accept(layer, row, states);
      }
    }
  }

  /** All tensors of a folder as numbers. */
  static Map<String, float[]> read(Path folder) {
    Map<String, float[]> values = new TreeMap<>();
    try (ModelFolder model = ModelFolder.open(folder, true)) {
      TensorSource weights = model.weights();
      for (TensorInfo info : weights.tensors().values()) {
        float[] value = new float[(int) info.elements()];
        Elements.read(info.dtype(), weights.data(info.name()), 0, value, value.length);
        values.put(info.name(), value);
      }
    }
    return values;
  }

  /** A recipe of experts with prompts, {@code model prompt} each. */
  static String recipe(String base, String more, String... experts) {
    List<String> lines = new ArrayList<>(List.of("base_model: " + base, more, "experts:"));
    for (String expert : experts) {
      String[] parts = expert.split(" ", 2);
      lines.add(
          "  - {source_model: %s%s}"
              .formatted(
                  parts[0], parts.length > 1 ? ", positive_prompts: ['" + parts[1] + "']" : ""));
    }
    return String.join("\n", lines) + "\n";
  }
}
