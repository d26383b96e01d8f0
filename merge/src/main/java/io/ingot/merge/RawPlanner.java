package io.ingot.merge;

import io.ingot.error.IngotException;
import io.ingot.merge.method.MergeMethod.BaseRole;
import io.ingot.merge.method.Operand;
import io.ingot.merge.method.StoredTensor;
import io.ingot.merge.method.TensorMerge;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.merge.recipe.Recipe.Module;
import io.ingot.merge.recipe.Recipe.Slice;
import io.ingot.merge.recipe.Recipe.Source;
import io.ingot.model.Architecture;
import io.ingot.model.RawModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Plans a merge of tensors by name alone, as mergekit-pytorch does: no architecture, no layers, so
 * all gradients are taken at their begin. Used once, by one thread.
 */
final class RawPlanner {
  private static final Architecture NONE =
      new Architecture("raw tensors", "", List.of(), "", List.of(), new LinkedHashMap<>());

  private final Recipe recipe;
  private final MergeOptions options;
  private final TensorNames names;
  private final Map<ModelRef, RawModel> models;
  private final Findings findings;
  private final List<Source> sources;
  private final TensorSchedule schedule;
  private final Map<ModelRef, List<String>> unused = new LinkedHashMap<>();

  private RawPlanner(
      Recipe recipe,
      MergeOptions options,
      TensorNames names,
      Map<ModelRef, RawModel> models,
      List<Source> sources,
      Findings findings) {
    this.recipe = recipe;
    this.options = options;
    this.names = names;
    this.models = models;
    this.sources = sources;
    this.findings = findings;
    this.schedule = new TensorSchedule(recipe, options.compatible());
  }

  static Preflight preflight(
      Recipe recipe, Function<ModelRef, Path> locate, MergeOptions options, TensorNames names) {
    Findings findings = new Findings();
    List<Source> sources = sources(recipe, findings);
    Map<ModelRef, RawModel> models = new LinkedHashMap<>();
    try {
      for (Source source : sources) {
        open(source.model(), locate, models, findings);
      }
      Map<ModelRef, Participant> participants = new LinkedHashMap<>();
      models.forEach((ref, model) -> participants.put(ref, Participant.of(ref, model)));
      boolean complete = !sources.isEmpty() && !findings.failed();
      MergePlan plan =
          complete
              ? new RawPlanner(recipe, options, names, models, sources, findings).plan(participants)
              : null;
      return new Preflight(participants, plan, null, findings);
    } catch (RuntimeException | Error e) {
      models.values().forEach(RawModel::close);
      throw e;
    }
  }

  /** The listed models, the base behind them when it is not listed. */
  private static List<Source> sources(Recipe recipe, Findings findings) {
    Module whole = recipe.modules().get(Recipe.WHOLE);
    if (whole == null || whole.models().isEmpty()) {
      findings.error(
          "",
          "",
          "tensors without an architecture have no modules and no layers",
          "list the files or folders under 'models'");
      return List.of();
    }
    if (recipe.tokenizer().isPresent() || recipe.chatTemplate().isPresent()) {
      findings.warn("", "", "there is no tokenizer in a merge of raw tensors", "left out");
    }
    List<Source> sources = new ArrayList<>(whole.models());
    recipe
        .base()
        .filter(base -> sources.stream().noneMatch(s -> s.model().equals(base)))
        .ifPresent(base -> sources.add(new Source(base, Optional.empty(), Map.of())));
    return sources;
  }

  private static void open(
      ModelRef reference,
      Function<ModelRef, Path> locate,
      Map<ModelRef, RawModel> models,
      Findings findings) {
    if (reference.lora().isPresent()) {
      findings.error(
          reference.toString(),
          "",
          "raw tensors take no adapter",
          "write mappings {model: {path: ...}} for names with a plus");
      return;
    }
    try {
      if (!models.containsKey(reference)) {
        models.put(reference, RawModel.open(locate.apply(reference)));
      }
    } catch (IngotException e) {
      findings.error(reference.toString(), "", e);
    }
  }

  private MergePlan plan(Map<ModelRef, Participant> participants) {
    TreeSet<String> all = new TreeSet<>();
    models.values().forEach(m -> all.addAll(m.weights().tensors().keySet()));
    for (String name : all) {
      Findings own = new Findings();
      try {
        plan(name, own);
      } catch (IngotException e) {
        own.error("", name, e);
      }
      findings.addAll(own.list());
    }
    if (schedule.tensors().isEmpty() && !findings.failed()) {
      findings.error("", "", "the models have no tensor in common", "--union merges all");
    }
    ModelRef donor = recipe.base().orElse(sources.getFirst().model());
    RawModel first = Objects.requireNonNull(models.get(donor));
    return new MergePlan(
        recipe,
        options,
        NONE,
        List.copyOf(participants.values()),
        schedule.tensors(),
        Objects.requireNonNull(participants.get(donor)),
        first.config(),
        RawModel.naming(first, List.copyOf(models.values())),
        List.of(),
        unused);
  }

  private void plan(String name, Findings own) {
    List<Source> having = new ArrayList<>();
    List<String> without = new ArrayList<>();
    for (Source source : sources) {
      if (model(source).weights().tensors().containsKey(name)) {
        having.add(source);
      } else {
        without.add(source.model().toString());
      }
    }
    if (!without.isEmpty() && names != TensorNames.UNION) {
      if (names == TensorNames.INTERSECTION) {
        having.forEach(s -> unused.computeIfAbsent(s.model(), m -> new ArrayList<>()).add(name));
      } else {
        own.error(
            String.join(", ", without),
            name,
            "is missing, but %s has it".formatted(having.getFirst().model()),
            "--intersection merges what all have, --union what any has");
      }
      return;
    }
    merge(name, having, without, own);
  }

  private void merge(String name, List<Source> having, List<String> without, Findings own) {
    Optional<ModelRef> base = recipe.base();
    boolean needsBase = schedule.method().baseRole() == BaseRole.REQUIRED;
    if (needsBase && base.isPresent() && having.stream().noneMatch(this::isBase)) {
      ModelRef first = having.getFirst().model();
      own.warn(base.get().toString(), name, "is missing in the base", "copied from " + first);
      schedule.addAsItIs(name, first, new StoredTensor(model(having.getFirst()).weights(), name));
      return;
    }
    ParameterScope scope =
        new ParameterScope(
            new Slice(sources, Optional.empty(), Map.of()), Map.of(), recipe.parameters(), 0);
    List<Operand> operands = new ArrayList<>();
    for (Source source : having) {
      operands.add(
          schedule.operand(
              source.model(),
              new StoredTensor(model(source).weights(), name),
              scope.ofModel(schedule.method(), name, source, isBase(source), own)));
    }
    Map<String, Double> parameters = scope.ofMethod(schedule.method(), name, own);
    if (own.failed()) {
      return;
    }
    if (!without.isEmpty()) {
      own.warn("", name, "is missing in " + String.join(", ", without), "merged without it");
    }
    TensorMerge merge =
        new TensorMerge(
            name, operands, base, false, false, options.compatible(), parameters, own::warn);
    schedule.add(name, merge, Optional.empty(), own);
  }

  private boolean isBase(Source source) {
    return recipe.base().filter(source.model()::equals).isPresent();
  }

  private RawModel model(Source source) {
    return Objects.requireNonNull(models.get(source.model()));
  }
}
