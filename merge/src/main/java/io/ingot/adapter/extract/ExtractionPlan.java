package io.ingot.adapter.extract;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.model.Model;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What becomes of every module, from headers alone.
 *
 * @param leftOut modules that patterns or options leave out
 * @param warnings what the user should know before the work begins
 * @param tied whether the head shares the embedding on both sides
 * @param rows rows of the embedding of model and base, where they differ
 */
record ExtractionPlan(
    List<PlannedModule> modules,
    List<String> leftOut,
    List<String> warnings,
    boolean tied,
    Optional<Rows> rows) {
  /** Vocabulary sizes, padding included. */
  record Rows(long model, long base) {}

  private static final Pattern EXPERT = Pattern.compile(".*\\.experts\\.\\d+\\..*");

  /** More problems than this are counted, not listed. */
  private static final int SHOWN = 12;

  /**
   * Plans.
   *
   * @throws IngotException INVALID with all that does not fit
   */
  static ExtractionPlan of(Model model, Model base, ExtractOptions options) {
    List<String> problems = new ArrayList<>();
    architecture(model.config(), base.config(), problems);
    Set<String> stored = base.weights().tensors().keySet();
    ModuleKinds kinds = new ModuleKinds(base.config(), stored);
    TensorMatch match = new TensorMatch(kinds, model.weights().tensors(), base.weights().tensors());
    problems.addAll(match.problems());

    SequencedMap<String, List<TensorPair>> grouped = new LinkedHashMap<>();
    for (TensorPair pair : match.pairs().values()) {
      if (pair.tuned().dtype().isPlain() && pair.original().dtype().isPlain()) {
        String module = pair.name().substring(0, Math.max(0, pair.name().lastIndexOf('.')));
        grouped.computeIfAbsent(module, m -> new ArrayList<>()).add(pair);
      } else if (pair.tuned().shape().size() > 1) {
        problems.add(
            "tensor '%s' is quantized (%s); extract from the weights as they were before quantization"
                .formatted(
                    pair.name(),
                    pair.tuned().dtype().isPlain()
                        ? pair.original().dtype()
                        : pair.tuned().dtype()));
      }
    }
    Builder builder = new Builder(options, kinds);
    grouped.forEach((module, pairs) -> builder.add(module, pairs, problems));
    if (!problems.isEmpty()) {
      throw refused(problems);
    }
    boolean tied = match.headless() && base.config().path("tie_word_embeddings").asBoolean(true);
    return builder.plan(tied);
  }

  private static void architecture(ObjectNode model, ObjectNode base, List<String> problems) {
    String tuned = model.path("architectures").path(0).asText(model.path("model_type").asText(""));
    String original = base.path("architectures").path(0).asText(base.path("model_type").asText(""));
    if (!tuned.equals(original) && !tuned.isEmpty() && !original.isEmpty()) {
      problems.add("architectures differ: the model is %s, the base %s".formatted(tuned, original));
    }
  }

  private static IngotException refused(List<String> problems) {
    StringBuilder text =
        new StringBuilder("no adapter can be extracted: the model is no fine-tune of this base");
    problems.stream().limit(SHOWN).forEach(p -> text.append("\n       ").append(p));
    if (problems.size() > SHOWN) {
      text.append("\n       and ").append(problems.size() - SHOWN).append(" more");
    }
    return IngotException.invalid(text.toString());
  }

  /** Bytes of the modules, a measure of the work. */
  long bytes() {
    return modules.stream().mapToLong(PlannedModule::bytes).sum();
  }

  private static final class Builder {
    private final ExtractOptions options;
    private final ModuleKinds kinds;
    private final List<PlannedModule> modules = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private Optional<Rows> rows = Optional.empty();

    Builder(ExtractOptions options, ModuleKinds kinds) {
      this.options = options;
      this.kinds = kinds;
    }

    void add(String module, List<TensorPair> pairs, List<String> problems) {
      Optional<TensorPair> weight =
          pairs.stream().filter(p -> p.name().equals(module + ".weight")).findFirst();
      boolean head = kinds.isHead(module);
      boolean tokens =
          head || weight.filter(w -> kinds.isEmbedding(module, w.original())).isPresent();
      for (TensorPair pair : pairs) {
        if (pair.sameShape()) {
          continue;
        }
        if (tokens && sameWidth(pair)) {
          vocabulary(pair);
        } else {
          problems.add(
              "shapes differ: '%s' is %s in the model and %s in the base"
                  .formatted(pair.name(), pair.tuned().shape(), pair.original().shape()));
        }
      }
      choose(module, weight, pairs, head, tokens);
    }

    private static boolean sameWidth(TensorPair pair) {
      return pair.tuned().shape().size() == 2
          && pair.original().shape().size() == 2
          && pair.tuned().shape().getLast().equals(pair.original().shape().getLast());
    }

    private void vocabulary(TensorPair pair) {
      long model = pair.tuned().shape().getFirst();
      long base = pair.original().shape().getFirst();
      warnings.add(
          "the vocabularies differ: '%s' has %d rows in the model and %d in the base; it is saved whole"
                  .formatted(pair.name(), model, base)
              + (options.embedLora() ? " in spite of --embed-lora, which cannot add rows" : "")
              + "; before PEFT loads the adapter, give the base that size:"
              + " base.resize_token_embeddings(%d)".formatted(model));
      rows = Optional.of(new Rows(model, base));
    }

    private void choose(
        String module,
        Optional<TensorPair> weight,
        List<TensorPair> pairs,
        boolean head,
        boolean tokens) {
      boolean resized = pairs.stream().anyMatch(p -> !p.sameShape());
      boolean matrix =
          weight.filter(w -> w.original().shape().size() == 2).isPresent()
              && pairs.stream().allMatch(p -> p.name().matches(".*\\.(weight|bias)"));
      if (options.saves(module)) {
        modules.add(whole(module, pairs, true));
      } else if (!options.takes(module)) {
        leftOut.add(module);
      } else if (tokens && (resized || !options.embedLora())) {
        modules.add(whole(module, pairs, false));
      } else if (matrix && !kinds.isRouter(module)) {
        List<TensorPair> others = pairs.stream().filter(p -> p.name().endsWith(".bias")).toList();
        modules.add(
            new PlannedModule(module, treatment(module, head, tokens), weight, others, false));
      } else if (options.skipUndecomposable()) {
        leftOut.add(module);
      } else {
        modules.add(whole(module, pairs, false));
      }
    }

    private Treatment treatment(String module, boolean head, boolean tokens) {
      if (tokens && !head) {
        return Treatment.EMBEDDING;
      }
      return kinds.isConv1d(module) ? Treatment.TRANSPOSED : Treatment.LINEAR;
    }

    private static PlannedModule whole(String module, List<TensorPair> pairs, boolean always) {
      return new PlannedModule(module, Treatment.WHOLE, Optional.empty(), pairs, always);
    }

    ExtractionPlan plan(boolean tied) {
      if (modules.stream().anyMatch(m -> EXPERT.matcher(m.name()).matches())) {
        warnings.add(
            "experts are modules of their own here, but one tensor in transformers 5: PEFT needs"
                + " transformers 4 for this adapter; 'ingot adapter merge' takes it");
      }
      if (tied && modules.stream().anyMatch(m -> m.treatment() == Treatment.EMBEDDING)) {
        warnings.add(
            "the head shares the embedding: PEFT runs an adapter with --embed-lora as it should, but"
                + " its merge_and_unload adds the factors twice; merge with 'ingot adapter merge', or"
                + " leave --embed-lora out");
      }
      return new ExtractionPlan(modules, leftOut, warnings, tied, rows);
    }
  }
}
