package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.merge.ConfigEdits;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.method.StoredTensor;
import io.ingot.merge.moe.MoeRecipe.Expert;
import io.ingot.merge.moe.MoeTensor.Content;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes a plan out of a recipe and the headers of its models, and finds every mistake that can be
 * found without reading weights. Used once, by one thread.
 */
final class MoePlanner {
  private static final int SHOWN = 10;
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final List<String> LAYER =
      List.of(
          "input_layernorm.weight",
          "self_attn.q_proj.weight",
          "self_attn.k_proj.weight",
          "self_attn.v_proj.weight",
          "self_attn.o_proj.weight",
          "post_attention_layernorm.weight");

  private final MoeRecipe recipe;
  private final Map<ModelRef, Model> models;
  private final Model base;
  private final boolean copyTokenizer;
  private final ObjectNode config;
  private final Optional<DType> dtype;
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final MoeFamily family;
  private final DenseFamily dense;
  private final List<MoeTensor> tensors = new ArrayList<>();

  /**
   * @param models opened, the base first
   */
  MoePlanner(MoeRecipe recipe, MergeOptions options, Map<ModelRef, Model> models) {
    this.recipe = recipe;
    this.models = models;
    this.copyTokenizer = options.copyTokenizer();
    this.base = model(recipe.base());
    this.config = base.config();
    Map<ModelRef, String> kinds = new LinkedHashMap<>();
    models.forEach((reference, model) -> kinds.put(reference, kind(model.config())));
    this.family = MoeFamilies.choose(recipe, kinds, options.allowCrimes(), warnings::add);
    this.dense = DenseFamily.of(config).orElseThrow();
    this.dtype =
        recipe
            .dtype()
            .or(() -> text(config, "dtype"))
            .or(() -> text(config, "torch_dtype"))
            .map(DType::parse)
            .filter(DType::isFloating);
  }

  private static String kind(ObjectNode config) {
    return DenseFamily.of(config)
        .map(DenseFamily::modelType)
        .orElseGet(
            () ->
                text(config, "model_type")
                    .orElse("of the unknown class " + config.path("architectures")));
  }

  private static Optional<String> text(ObjectNode config, String key) {
    return Optional.of(config.path(key).asText("")).filter(t -> !t.isEmpty());
  }

  private Model model(ModelRef reference) {
    return Objects.requireNonNull(models.get(reference), reference::toString);
  }

  MoePlan plan() {
    MoeShape shape = new MoeShapes(recipe, models, problems).read();
    new MoeModelCheck(recipe, models, shape, problems, warnings).check();
    sharedWidth(shape);
    stopOnProblems();
    copyBase(EMBEDDING);
    for (int layer = 0; layer < shape.layers(); layer++) {
      planLayer(shape, layer);
    }
    copyBase("model.norm.weight");
    boolean tied = config.path("tie_word_embeddings").asBoolean(false);
    if (!tied || base.weights().tensors().containsKey(HEAD)) {
      copyBase(HEAD);
    }
    List<String> leftOut = leftOut(shape);
    stopOnProblems();
    configure(shape);
    return new MoePlan(recipe, family, shape, tensors, config, leftOut, warnings, memory());
  }

  private void sharedWidth(MoeShape shape) {
    if (!recipe.shared().isEmpty()
        && !family.freeSharedWidth()
        && shape.sharedWidth() != shape.expertWidth()) {
      problems.add(
          "the shared expert is %d wide, the others are %d; in %s all are equally wide"
              .formatted(shape.sharedWidth(), shape.expertWidth(), family.name()));
    }
  }

  private void stopOnProblems() {
    if (!problems.isEmpty()) {
      List<String> distinct = problems.stream().distinct().toList();
      long more = distinct.size() - SHOWN;
      throw IngotException.invalid(
          String.join("\n  ", distinct.subList(0, Math.min(SHOWN, distinct.size())))
              + (more > 0 ? "\n  and " + more + " more" : ""));
    }
  }

  private void planLayer(MoeShape shape, int layer) {
    String prefix = "model.layers." + layer + ".";
    LAYER.forEach(name -> copyBase(prefix + name));
    family.required().forEach(name -> copyBase(prefix + name));
    for (String name : family.biases()) {
      TensorInfo matrix = base.weights().tensors().get(prefix + name.replace(".bias", ".weight"));
      if (base.weights().tensors().containsKey(prefix + name)) {
        copyBase(prefix + name);
      } else if (family.zeroBiases() && matrix != null) {
        add(prefix + name, matrix, List.of(matrix.shape().getFirst()), "", new Content.Zeros());
      }
    }
    gate(family.router(layer), shape, shape.experts(), new Content.Router(layer, 0));
    if (!recipe.shared().isEmpty()) {
      family
          .sharedGate(layer)
          .ifPresent(name -> gate(name, shape, 1, new Content.Router(layer, shape.experts())));
      Expert shared = recipe.shared().getFirst();
      for (Projection projection : Projection.values()) {
        expert(family.shared(layer, projection), shared, prefix, projection);
      }
    }
    for (int e = 0; e < shape.experts(); e++) {
      for (Projection projection : family.projections()) {
        expert(family.expert(layer, e, projection), recipe.experts().get(e), prefix, projection);
      }
    }
  }

  private void gate(String name, MoeShape shape, int rows, Content content) {
    TensorInfo like = base.weights().info(EMBEDDING);
    add(name, like, List.of((long) rows, (long) shape.hidden()), "", content);
  }

  private void expert(String name, Expert expert, String prefix, Projection projection) {
    String source = prefix + "mlp." + projection.text() + ".weight";
    StoredTensor data = new StoredTensor(model(expert.model()).weights(), source);
    boolean scaled = projection == Projection.DOWN && expert.residualScale().isPresent();
    boolean changed = scaled || expert.noiseScale().isPresent();
    Content content =
        changed
            ? new Content.Changed(
                data, expert.noiseScale(), scaled ? expert.residualScale() : OptionalDouble.empty())
            : new Content.Copy(data);
    add(name, model(expert.model()).weights().info(source), data.shape(), text(expert), content);
  }

  private static String text(Expert expert) {
    return expert.model().toString();
  }

  private void copyBase(String name) {
    TensorInfo info = base.weights().tensors().get(name);
    if (info == null) {
      problems.add("tensor %s is required but missing in %s".formatted(name, recipe.base()));
      return;
    }
    if (!info.dtype().isPlain()) {
      problems.add(
          "tensor %s of %s is %s; quantized models cannot become experts"
              .formatted(name, recipe.base(), info.dtype()));
      return;
    }
    add(
        name,
        info,
        info.shape(),
        recipe.base().toString(),
        new Content.Copy(new StoredTensor(base.weights(), name)));
  }

  private void add(String name, TensorInfo like, List<Long> shape, String model, Content content) {
    TensorInfo output = new TensorInfo(name, dtype.orElse(like.dtype()), shape);
    tensors.add(new MoeTensor(output, model, content));
  }

  /** Tensors of the base that are neither written nor MLPs; a bias among them is a mistake. */
  private List<String> leftOut(MoeShape shape) {
    Set<String> written = tensors.stream().map(t -> t.output().name()).collect(Collectors.toSet());
    List<String> left =
        base.weights().tensors().keySet().stream()
            .filter(n -> !written.contains(n))
            .filter(n -> !MoeModelCheck.isMlp(n, shape.layers()) && !n.endsWith(".inv_freq"))
            .filter(n -> !n.equals(HEAD))
            .toList();
    left.stream()
        .filter(n -> n.endsWith(".bias"))
        .forEach(
            n ->
                problems.add(
                    "%s has the tensor %s, which %s has no place for"
                        .formatted(recipe.base(), n, family.name())));
    if (!left.isEmpty()) {
      warnings.add(
          "%s has no place for %d tensor%s of the base, left out: %s"
              .formatted(
                  family.name(),
                  left.size(),
                  left.size() == 1 ? "" : "s",
                  String.join(", ", left)));
    }
    return left;
  }

  private void configure(MoeShape shape) {
    if (copyTokenizer && base.folder().isEmpty()) {
      warnings.add(
          "%s is no folder, so the result gets no tokenizer files; copy those of the model it was made of"
              .formatted(recipe.base()));
    }
    int window = dense.window(config);
    int positions = config.path("max_position_embeddings").asInt(0);
    dense.complete(config);
    config.remove(List.of("mlp_bias", "pretraining_tp", "_name_or_path", "auto_map"));
    family.configure(config, dense, shape);
    dtype.ifPresent(type -> ConfigEdits.dtype(config, type));
    if (window > 0 && !family.keepsWindows(dense) && (positions == 0 || window < positions)) {
      warnings.add(
          "the base attends through a window of %d tokens, %s to all tokens; they differ beyond it"
              .formatted(window, family.name()));
    }
    if (Integer.bitCount(shape.experts()) != 1) {
      warnings.add(
          shape.experts()
              + " experts are no power of two; some versions of llama.cpp refuse such models");
    }
    warnings.addAll(family.remarks(config, shape));
  }

  /**
   * Blocks in flight, what a GGUF or an adapter makes of its largest tensor, and to run the base: a
   * layer in fp32 and its largest tensor on the way there.
   */
  private long memory() {
    long largest = tensors.stream().mapToLong(t -> t.output().elements()).max().orElse(0);
    boolean made =
        models.entrySet().stream()
            .anyMatch(m -> m.getKey().lora().isPresent() || m.getValue().folder().isEmpty());
    long run = 0;
    if (recipe.gateMode().needsStates()) {
      List<Long> layer =
          base.weights().tensors().values().stream()
              .filter(t -> t.name().startsWith("model.layers.0."))
              .map(TensorInfo::elements)
              .toList();
      run =
          4 * layer.stream().mapToLong(Long::longValue).sum()
              + 8 * layer.stream().mapToLong(Long::longValue).max().orElse(0);
    }
    return 250_000_000L + Math.max(made ? 4 * largest : 0, run);
  }
}
