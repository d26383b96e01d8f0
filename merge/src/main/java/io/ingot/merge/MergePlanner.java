package io.ingot.merge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.merge.SliceInputs.Input;
import io.ingot.merge.method.Operand;
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
import io.ingot.safetensors.WeightNaming;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes a plan out of a recipe and the headers of its models, and finds every mistake that can be
 * found without reading weights. Used once, by one thread.
 */
final class MergePlanner {
  private final Recipe recipe;
  private final MergeOptions options;
  private final Map<ModelRef, Participant> participants;
  private final TensorSchedule schedule;
  private final Participant donor;
  private final EmbeddingRows rows;
  private Optional<ExpertStyle> experts = Optional.empty();
  private final Set<String> written = new HashSet<>();
  private final Map<ModelRef, Set<String>> consumed = new HashMap<>();
  private final LayerOrigins origins = new LayerOrigins();
  private final Findings findings;

  MergePlanner(
      Recipe recipe,
      MergeOptions options,
      Map<ModelRef, Participant> participants,
      EmbeddingRows rows,
      Findings findings) {
    this.findings = findings;
    this.recipe = recipe;
    this.options = options;
    this.participants = participants;
    this.schedule = new TensorSchedule(recipe, options.compatible());
    this.donor = participant(recipe.base().orElseGet(() -> recipe.references().getFirst()));
    this.rows = rows;
  }

  /** Plans everything; what is wrong goes to the findings, and the plan lacks it. */
  MergePlan plan() {
    List<Participant> all = recipe.references().stream().map(this::participant).toList();
    Findings mixed = new Findings();
    Architecture architecture = ArchitectureChoice.choose(donor, all, options.allowCrimes(), mixed);
    findings.addAll(mixed.list());
    ObjectNode config = donor.config().deepCopy();
    experts = options.compatible() ? Optional.empty() : ExpertStyle.of(donor.weights());
    if (!mixed.failed()) {
      moduleRecipes(architecture)
          .forEach((name, module) -> planModule(architecture, name, module, config));
    }
    List<String> leftovers = leftovers();
    if (!options.compatible()) {
      leftovers.forEach(this::copyLeftover);
    }
    List<PlannedTensor> tensors = schedule.tensors();
    setType(config);
    rows.size().ifPresent(size -> ConfigEdits.put(config, architecture.vocabularyKey(), size));
    if (!options.compatible()) {
      origins.adapt(config, findings);
      ConfigEdits.keepConsistent(config, architecture, tensors, donor.weights(), findings);
    }
    return new MergePlan(
        recipe,
        options,
        architecture,
        all,
        tensors,
        donor,
        config,
        WeightNaming.MODEL,
        leftovers,
        unused(all));
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
                  findings.error(
                      "",
                      "",
                      "architecture %s has no module '%s'".formatted(architecture.name(), name),
                      "its modules are " + architecture.modules().keySet());
                }
              });
      Map<String, Module> known = new LinkedHashMap<>(recipe.modules());
      known.keySet().retainAll(architecture.modules().keySet());
      return known;
    }
    if (!whole.slices().isEmpty() && architecture.modules().size() > 1) {
      findings.error(
          "",
          "",
          "'slices' on the top level need an architecture of one module; this one has "
              + architecture.modules().keySet(),
          "write 'modules: {%s: {slices: ...}}'"
              .formatted(architecture.modules().firstEntry().getKey()));
      return Map.of();
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
    if (!slices.stream().allMatch(this::even)) {
      return;
    }
    int total = slices.stream().mapToInt(MergePlanner::length).sum();
    if (options.compatible()) {
      slices.forEach(this::warnOfRepeated);
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
        origins.add(shape, donor, slices, this::participant);
        ConfigEdits.put(config, shape.layers(), total);
      } else if (total != shape.layers(donor.config())) {
        findings.warn(
            "",
            "",
            "the result has %d layers, but which key of config.json counts them is not known"
                .formatted(total),
            "set it by hand; it stays as it was in " + donor.reference());
      }
    }
  }

  private void warnOfRepeated(Slice slice) {
    for (ModelRef model : SliceInputs.repeated(slice)) {
      findings.warn(
          model.toString(),
          "",
          "is listed twice in one slice; mergekit takes the layers of the last entry with the parameters of the first",
          "without --compat both count");
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

  private static int length(Source source) {
    return source.layers().map(Range::length).orElse(0);
  }

  private static int length(Slice slice) {
    return length(slice.sources().getFirst());
  }

  private boolean even(Slice slice) {
    boolean even = true;
    Source first = slice.sources().getFirst();
    for (Source source : slice.sources()) {
      if (length(source) != length(first)) {
        even = false;
        findings.error(
            "",
            "",
            "all sources of a slice must have the same number of layers: %s gives %d, %s gives %d"
                .formatted(first.model(), length(first), source.model(), length(source)),
            "choose equally many layers with 'slices' and 'layer_range'");
      }
    }
    return even;
  }

  private void planLayer(
      ArchitectureModule shape, Slice slice, Module module, int k, int out, double t) {
    List<WeightTemplate> templates = layer(shape, donor, out);
    List<Source> sources = SliceInputs.ofLayers(slice, options.compatible());
    List<List<WeightTemplate>> own = new ArrayList<>();
    for (Source source : sources) {
      int index = source.layers().map(Range::begin).orElse(0) + k;
      own.add(layer(shape, participant(source.model()), index));
    }
    for (int i = 0; i < templates.size(); i++) {
      List<Input> inputs = new ArrayList<>();
      for (int s = 0; s < sources.size(); s++) {
        if (i < own.get(s).size()) {
          inputs.add(new Input(sources.get(s), own.get(s).get(i)));
        }
      }
      planTensor(shape, slice, module, templates.get(i), inputs, t);
    }
  }

  /** Tensors of a layer, experts in the layout that is written. */
  private List<WeightTemplate> layer(ArchitectureModule shape, Participant model, int index) {
    List<WeightTemplate> listed = shape.layer(model.config(), index);
    return experts.map(style -> style.apply(listed)).orElse(listed);
  }

  private void planOutside(
      ArchitectureModule shape,
      Slice slice,
      Module module,
      WeightTemplate weight,
      int total,
      boolean before,
      int usable) {
    List<WeightTemplate> listed =
        before ? shape.before(donor.config()) : shape.after(donor.config(), total);
    int index = listed.indexOf(weight);
    List<Input> inputs = new ArrayList<>();
    for (Source source : SliceInputs.outside(slice, usable, options.compatible())) {
      ObjectNode config = participant(source.model()).config();
      List<WeightTemplate> own =
          before ? shape.before(config) : shape.after(config, shape.layers(config));
      inputs.add(new Input(source, own.get(index)));
    }
    planTensor(shape, slice, module, weight, inputs, 0);
  }

  private void planTensor(
      ArchitectureModule shape,
      Slice slice,
      Module module,
      WeightTemplate weight,
      List<Input> inputs,
      double t) {
    Findings own = new Findings();
    try {
      collect(shape, slice, module, weight, inputs, t, own);
    } catch (IngotException e) {
      own.error("", weight.name(), e);
    }
    findings.addAll(own.list());
  }

  private void collect(
      ArchitectureModule shape,
      Slice slice,
      Module module,
      WeightTemplate weight,
      List<Input> inputs,
      double t,
      Findings own) {
    boolean anywhere =
        inputs.stream()
            .anyMatch(i -> TensorFinder.present(participant(i.source()).weights(), i.weight()));
    if (!anywhere && weight.optional() || !written.add(weight.name())) {
      return;
    }
    ParameterScope scope = new ParameterScope(slice, module.parameters(), recipe.parameters(), t);
    Optional<ModelRef> base = slice.base().or(recipe::base);
    List<Operand> operands = new ArrayList<>();
    List<String> without = new ArrayList<>();
    String label = "";
    for (Input input : inputs) {
      Participant model = participant(input.source());
      Optional<TensorFinder> found = TensorFinder.find(model.weights(), input.weight());
      if (found.isEmpty()) {
        without.add(model.reference().toString());
        if (!weight.optional()) {
          missing(shape, model, input, own);
        }
        continue;
      }
      boolean exempt = base.filter(model.reference()::equals).isPresent();
      operands.add(
          operand(
              model,
              found.get(),
              scope.ofModel(
                  schedule.method(), input.weight().name(), input.source(), exempt, own)));
      label = label.compareTo(found.get().label()) > 0 ? label : found.get().label();
      consumed.computeIfAbsent(model.reference(), m -> new HashSet<>()).addAll(found.get().names());
    }
    Map<String, Double> parameters = scope.ofMethod(schedule.method(), weight.name(), own);
    if (own.failed() || operands.isEmpty()) {
      return;
    }
    if (!without.isEmpty()) {
      own.warn("", weight.name(), "missing in " + String.join(", ", without), "merged without it");
    }
    schedule(weight, label, operands, base, parameters, own);
  }

  private static void missing(
      ArchitectureModule shape, Participant model, Input input, Findings own) {
    int layers = shape.layers(model.config());
    int end = input.source().layers().map(Range::end).orElse(0);
    own.error(
        model.reference().toString(),
        input.weight().name(),
        "missing, but the architecture requires it",
        end > layers
            ? "layer_range ends at %d, but the model has %d layers".formatted(end, layers)
            : "the model is incomplete, or not of this architecture");
  }

  private Operand operand(Participant model, TensorFinder found, Map<String, Double> parameters) {
    return schedule.operand(model.reference(), found.data(), parameters);
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

  private void schedule(
      WeightTemplate weight,
      String label,
      List<Operand> found,
      Optional<ModelRef> base,
      Map<String, Double> parameters,
      Findings own) {
    List<Operand> operands = found;
    if (weight.embedding()) {
      List<String> warnings = new ArrayList<>();
      operands =
          rows.permute(
              weight.name(), found, base, model -> otherOperand(model, weight.name()), warnings);
      warnings.forEach(own::warn);
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
            own::warn);
    schedule.add(label, merge, weight.dtype(), own);
  }

  /** Tensors of the donor that nobody took, outside of the layers when layers were chosen. */
  private List<String> leftovers() {
    return unused(donor).filter(name -> !written.contains(name)).sorted().toList();
  }

  /** Tensors that the merge does not look at, by model; the donor's are copied instead. */
  private Map<ModelRef, List<String>> unused(List<Participant> all) {
    Map<ModelRef, List<String>> unused = new LinkedHashMap<>();
    for (Participant model : all) {
      List<String> names = unused(model).sorted().toList();
      if (model != donor && !names.isEmpty()) {
        unused.put(model.reference(), names);
      }
    }
    return unused;
  }

  private Stream<String> unused(Participant model) {
    boolean sliced = recipe.modules().values().stream().anyMatch(m -> !m.slices().isEmpty());
    Set<String> taken = consumed.getOrDefault(model.reference(), Set.of());
    return model.weights().tensors().keySet().stream()
        .filter(name -> !taken.contains(name))
        .filter(name -> !sliced || !name.matches(".*\\.\\d+\\..*"));
  }

  private void copyLeftover(String name) {
    schedule.addAsItIs(name, donor.reference(), new StoredTensor(donor.weights(), name));
  }

  private Participant participant(Source source) {
    return participant(source.model());
  }

  private void setType(ObjectNode config) {
    schedule.wantedType().ifPresent(type -> ConfigEdits.dtype(config, type));
  }
}
