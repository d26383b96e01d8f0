package io.ingot.merge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.MergeMethods;
import io.ingot.merge.method.Operand;
import io.ingot.merge.method.Outcome;
import io.ingot.merge.method.StoredTensor;
import io.ingot.merge.method.TensorMerge;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.merge.recipe.Recipe.Module;
import io.ingot.merge.recipe.Recipe.Range;
import io.ingot.merge.recipe.Recipe.Slice;
import io.ingot.merge.recipe.Recipe.Source;
import io.ingot.merge.tokenizer.EmbeddingRows;
import io.ingot.model.Architecture;
import io.ingot.model.ArchitectureModule;
import io.ingot.model.WeightTemplate;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a plan out of a recipe and the headers of its models, and finds every mistake that can be
 * found without reading weights. Used once, by one thread.
 */
final class MergePlanner {
  private static final int SHOWN = 10;

  private final Recipe recipe;
  private final MergeOptions options;
  private final Map<ModelRef, Participant> participants;
  private final MergeMethod method;
  private final Participant donor;
  private final Optional<DType> loadType;
  private final Optional<DType> outType;
  private final EmbeddingRows rows;
  private final List<PlannedTensor> tensors = new ArrayList<>();
  private final Set<String> written = new HashSet<>();
  private final Set<String> consumed = new HashSet<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  MergePlanner(
      Recipe recipe,
      MergeOptions options,
      Map<ModelRef, Participant> participants,
      EmbeddingRows rows) {
    this.recipe = recipe;
    this.options = options;
    this.participants = participants;
    this.method = MergeMethods.get(recipe.method());
    this.donor = participant(recipe.base().orElseGet(() -> recipe.references().getFirst()));
    this.loadType = recipe.dtype().map(DType::parse);
    this.outType = recipe.outDtype().map(DType::parse);
    this.rows = rows;
  }

  MergePlan plan() {
    List<Participant> all = recipe.references().stream().map(this::participant).toList();
    Architecture architecture =
        ArchitectureChoice.choose(donor, all, options.allowCrimes(), warnings);
    ObjectNode config = donor.config().deepCopy();
    moduleRecipes(architecture)
        .forEach((name, module) -> planModule(architecture, name, module, config));
    if (!problems.isEmpty()) {
      throw IngotException.invalid(describeProblems());
    }
    tensors.sort(Comparator.comparing(PlannedTensor::label));
    List<String> leftovers = leftovers();
    if (!options.compatible()) {
      leftovers.forEach(this::copyLeftover);
    }
    setType(config);
    rows.size().ifPresent(size -> ConfigEdits.put(config, architecture.vocabularyKey(), size));
    if (!options.compatible()) {
      ConfigEdits.keepConsistent(config, architecture, tensors, warnings);
    }
    return new MergePlan(
        recipe, options, architecture, all, tensors, donor, config, leftovers, warnings);
  }

  private String describeProblems() {
    List<String> shown = problems.stream().distinct().limit(SHOWN).toList();
    long more = problems.stream().distinct().count() - shown.size();
    return String.join("\n  ", shown) + (more > 0 ? "\n  and " + more + " more" : "");
  }

  private Participant participant(ModelRef reference) {
    Participant found = participants.get(reference);
    if (found == null) {
      throw new IllegalStateException(reference + " is not open");
    }
    return found;
  }

  private Map<String, Module> moduleRecipes(Architecture architecture) {
    Module whole = recipe.modules().get(Recipe.WHOLE);
    if (whole == null) {
      recipe
          .modules()
          .keySet()
          .forEach(
              name -> {
                if (!architecture.modules().containsKey(name)) {
                  throw IngotException.invalid(
                      "architecture %s has no module '%s'; it has %s"
                          .formatted(architecture.name(), name, architecture.modules().keySet()));
                }
              });
      return recipe.modules();
    }
    if (!whole.slices().isEmpty() && architecture.modules().size() > 1) {
      throw IngotException.invalid(
          "'slices' on the top level need an architecture of one module; this one has %s. Use 'modules: {%s: {slices: ...}}'"
              .formatted(
                  architecture.modules().keySet(), architecture.modules().firstEntry().getKey()));
    }
    Map<String, Module> all = new LinkedHashMap<>();
    architecture.modules().keySet().forEach(name -> all.put(name, whole));
    return all;
  }

  private void planModule(
      Architecture architecture, String name, Module module, ObjectNode config) {
    ArchitectureModule shape = java.util.Objects.requireNonNull(architecture.modules().get(name));
    List<Slice> slices =
        module.slices().isEmpty() ? List.of(wholeModels(shape, module)) : module.slices();
    int total = 0;
    for (Slice slice : slices) {
      total += length(slice);
    }
    if (!problems.isEmpty()) {
      return;
    }
    Slice first = slices.getFirst();
    for (WeightTemplate weight : shape.before(donor.config())) {
      planOutside(shape, first, module, weight, total, true, first.sources().size());
    }
    int out = 0;
    for (Slice slice : slices) {
      int length = length(slice);
      for (int k = 0; k < length; k++) {
        double t = length > 1 ? (double) k / (length - 1) : 1;
        planLayer(shape, slice, module, k, out++, t);
      }
    }
    Slice last = slices.getLast();
    int usable = options.compatible() ? first.sources().size() : last.sources().size();
    for (WeightTemplate weight : shape.after(donor.config(), total)) {
      planOutside(shape, last, module, weight, total, false, usable);
    }
    if (!module.slices().isEmpty()) {
      if (shape.layersConfigurable()) {
        ConfigEdits.put(config, shape.layers(), total);
      } else if (total != shape.layers(donor.config())) {
        warnings.add("the number of layers is not known to config.json and stays as it was there");
      }
    }
  }

  private Slice wholeModels(ArchitectureModule shape, Module module) {
    List<Source> sources = new ArrayList<>();
    for (Source source : module.models()) {
      sources.add(whole(shape, source));
    }
    recipe
        .base()
        .filter(base -> sources.stream().noneMatch(s -> s.model().equals(base)))
        .ifPresent(base -> sources.add(whole(shape, new Source(base, Optional.empty(), Map.of()))));
    return new Slice(sources, Optional.empty(), Map.of());
  }

  private Source whole(ArchitectureModule shape, Source source) {
    int layers = shape.layers(participant(source.model()).config());
    return new Source(source.model(), Optional.of(new Range(0, layers)), source.parameters());
  }

  private int length(Slice slice) {
    int length = slice.sources().getFirst().layers().map(Range::length).orElse(0);
    for (Source source : slice.sources()) {
      int other = source.layers().map(Range::length).orElse(0);
      if (other != length) {
        problems.add(
            "all sources of a slice must have the same number of layers: %s gives %d, %s gives %d"
                .formatted(slice.sources().getFirst().model(), length, source.model(), other));
      }
    }
    return length;
  }

  private void planLayer(
      ArchitectureModule shape, Slice slice, Module module, int k, int out, double t) {
    List<WeightTemplate> templates = shape.layer(donor.config(), out);
    Map<ModelRef, List<WeightTemplate>> sources = new LinkedHashMap<>();
    for (Source source : slice.sources()) {
      int layer = source.layers().map(Range::begin).orElse(0) + k;
      sources.remove(source.model());
      sources.put(source.model(), shape.layer(participant(source.model()).config(), layer));
    }
    for (int i = 0; i < templates.size(); i++) {
      Map<ModelRef, WeightTemplate> inputs = new LinkedHashMap<>();
      for (Map.Entry<ModelRef, List<WeightTemplate>> source : sources.entrySet()) {
        if (i < source.getValue().size()) {
          inputs.put(source.getKey(), source.getValue().get(i));
        }
      }
      planTensor(slice, module, templates.get(i), inputs, t);
    }
  }

  private void planOutside(
      ArchitectureModule shape,
      Slice slice,
      Module module,
      WeightTemplate weight,
      int total,
      boolean before,
      int usable) {
    Map<ModelRef, WeightTemplate> inputs = new LinkedHashMap<>();
    slice.sources().stream()
        .limit(usable)
        .forEach(
            source -> {
              ObjectNode config = participant(source.model()).config();
              List<WeightTemplate> own =
                  before ? shape.before(config) : shape.after(config, shape.layers(config));
              int index =
                  (before ? shape.before(donor.config()) : shape.after(donor.config(), total))
                      .indexOf(weight);
              inputs.put(source.model(), own.get(index));
            });
    planTensor(slice, module, weight, inputs, 0);
  }

  private void planTensor(
      Slice slice,
      Module module,
      WeightTemplate weight,
      Map<ModelRef, WeightTemplate> inputs,
      double t) {
    boolean anywhere =
        inputs.entrySet().stream()
            .anyMatch(e -> TensorFinder.present(participant(e.getKey()).weights(), e.getValue()));
    if (!anywhere && weight.optional() || !written.add(weight.name())) {
      return;
    }
    ParameterScope scope = new ParameterScope(slice, module.parameters(), recipe.parameters(), t);
    Optional<ModelRef> base = slice.base().or(recipe::base);
    List<Operand> operands = new ArrayList<>();
    String label = "";
    for (Map.Entry<ModelRef, WeightTemplate> input : inputs.entrySet()) {
      Participant model = participant(input.getKey());
      Optional<TensorFinder> found = TensorFinder.find(model.weights(), input.getValue());
      if (found.isEmpty()) {
        if (!weight.optional()) {
          problems.add(
              "tensor %s is required but missing in model %s"
                  .formatted(input.getValue().name(), model.reference()));
        }
        continue;
      }
      boolean exempt = base.filter(model.reference()::equals).isPresent();
      operands.add(
          operand(
              model,
              found.get(),
              scope.ofModel(
                  method, input.getValue().name(), model.reference(), exempt, problems::add)));
      label = label.compareTo(found.get().label()) > 0 ? label : found.get().label();
      if (model == donor) {
        consumed.addAll(found.get().names());
      }
    }
    Map<String, Double> parameters = scope.ofMethod(method, weight.name(), problems::add);
    if (!problems.isEmpty() || operands.isEmpty()) {
      return;
    }
    if (weight.embedding()) {
      operands =
          rows.permute(
              weight.name(), operands, model -> otherOperand(model, weight.name()), warnings);
    }
    TensorMerge merge =
        new TensorMerge(
            weight.name(),
            operands,
            base,
            weight.embedding(),
            weight.optional(),
            options.compatible(),
            parameters,
            warnings::add);
    schedule(label, merge, weight);
  }

  private Operand operand(Participant model, TensorFinder found, Map<String, Double> parameters) {
    DType stored = found.data().dtype();
    return new Operand(
        model.reference(),
        found.data(),
        stored.isFloating() ? loadType.orElse(stored) : stored,
        parameters);
  }

  /** The operand of a model that is not among the sources of an embedding. */
  private Optional<Operand> otherOperand(ModelRef model, String name) {
    Participant other = participant(model);
    return other.weights().tensors().containsKey(name)
        ? Optional.of(
            operand(
                other,
                new TensorFinder(name, new StoredTensor(other.weights(), name), List.of(name)),
                Map.of()))
        : Optional.empty();
  }

  private void schedule(String label, TensorMerge merge, WeightTemplate weight) {
    boolean integers = merge.operands().stream().anyMatch(o -> !o.dtype().isFloating());
    if (integers || weight.dtype().isPresent()) {
      copy(label, merge, weight);
      return;
    }
    try {
      Optional<Outcome> outcome = method.plan(merge);
      if (outcome.isPresent()) {
        DType type = outType.orElse(outcome.get().dtype());
        tensors.add(
            new PlannedTensor(
                label,
                merge,
                Optional.of(method),
                new TensorInfo(merge.name(), type, outcome.get().shape())));
      }
    } catch (IngotException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  /** Position ids and the like have no meaning as numbers: the base's, else the first's. */
  private void copy(String label, TensorMerge merge, WeightTemplate weight) {
    Operand base = merge.base();
    Operand source = base == null ? merge.operands().getFirst() : base;
    Operand raw =
        new Operand(
            source.model(),
            source.data(),
            weight.dtype().orElse(source.data().dtype()),
            source.parameters());
    TensorMerge single =
        new TensorMerge(
            merge.name(),
            List.of(raw),
            Optional.empty(),
            false,
            false,
            options.compatible(),
            Map.of(),
            warnings::add);
    tensors.add(
        new PlannedTensor(
            label,
            single,
            Optional.empty(),
            new TensorInfo(merge.name(), raw.dtype(), raw.shape())));
  }

  /** Tensors of the donor that nobody took, outside of the layers when layers were chosen. */
  private List<String> leftovers() {
    boolean sliced = recipe.modules().values().stream().anyMatch(m -> !m.slices().isEmpty());
    return donor.weights().tensors().keySet().stream()
        .filter(name -> !consumed.contains(name) && !written.contains(name))
        .filter(name -> !sliced || !name.matches(".*\\.\\d+\\..*"))
        .sorted()
        .toList();
  }

  private void copyLeftover(String name) {
    StoredTensor data = new StoredTensor(donor.weights(), name);
    DType type =
        data.dtype().isFloating() ? outType.or(() -> loadType).orElse(data.dtype()) : data.dtype();
    Operand operand = new Operand(donor.reference(), data, type, Map.of());
    TensorMerge merge =
        new TensorMerge(
            name, List.of(operand), Optional.empty(), false, false, false, Map.of(), warnings::add);
    tensors.add(
        new PlannedTensor(name, merge, Optional.empty(), new TensorInfo(name, type, data.shape())));
  }

  private void setType(ObjectNode config) {
    outType.or(() -> loadType).ifPresent(type -> ConfigEdits.dtype(config, type));
  }
}
