package io.ingot.adapter;

import io.ingot.error.IngotException;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.FileStamp;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A base with an adapter folded in, tensor by tensor when it is asked for; never more than the
 * tensors that a caller holds are in memory. Tensors that the adapter leaves alone are views of the
 * base's file. Closing it closes neither base nor adapter. Safe for concurrent reads.
 */
public final class AdaptedTensors implements TensorSource {
  /** Output embeddings that a tied model does not store, and the input embeddings they share. */
  private static final Map<String, List<String>> TIED =
      Map.of(
          "lm_head.weight",
              List.of("model.embed_tokens.weight", "transformer.wte.weight", "wte.weight"),
          "embed_out.weight", List.of("gpt_neox.embed_in.weight"),
          "output.weight", List.of("model.tok_embeddings.weight"));

  private static final List<String> PREFIXES = List.of("model.", "transformer.");

  private final TensorSource base;
  private final Adapter adapter;
  private final SequencedMap<String, TensorInfo> tensors;
  private final Map<String, Change> changes = new HashMap<>();

  /**
   * What happens to a tensor.
   *
   * @param source name of the base's tensor that stands for the weight
   */
  private record Change(
      String source,
      String module,
      Adapter.@Nullable Pair pair,
      @Nullable TensorInfo replacement,
      boolean biasOnly) {}

  /**
   * Checks every tensor of the adapter against the base.
   *
   * @throws IngotException INVALID naming the module that the base lacks or whose shape differs
   */
  public AdaptedTensors(TensorSource base, Adapter adapter) {
    this.base = base;
    this.adapter = adapter;
    SequencedMap<String, TensorInfo> all = new LinkedHashMap<>(base.tensors());
    List<String> missing = new ArrayList<>();
    adapter
        .pairs()
        .forEach(
            (module, pair) -> {
              String weight = find(module + ".weight");
              String source = source(weight);
              if (!source.equals(weight) && repeatsTheEmbedding(pair, source)) {
                return;
              }
              TensorInfo info = base.tensors().get(source);
              if (info == null) {
                missing.add(module);
                return;
              }
              checkShape(module, pair, info);
              changes.put(weight, new Change(source, module, pair, null, false));
              all.put(weight, new TensorInfo(weight, info.dtype(), info.shape()));
              if (pair.bias() != null) {
                addBias(module, pair, all);
              }
            });
    adapter
        .replacements()
        .forEach(
            (name, info) -> {
              String target = find(name);
              TensorInfo old = base.tensors().get(source(target));
              if (old == null) {
                missing.add(name);
                return;
              }
              if (repeatsTheEmbedding(target)) {
                return;
              }
              changes.put(target, new Change(target, name, null, info, false));
              all.put(target, new TensorInfo(target, old.dtype(), info.shape()));
            });
    if (!missing.isEmpty()) {
      throw IngotException.invalid(
          "the adapter %s does not belong to this base: the base has no %s%s"
              .formatted(
                  adapter.folder(),
                  missing.getFirst(),
                  missing.size() > 1 ? " (and " + (missing.size() - 1) + " more)" : ""));
    }
    this.tensors = Collections.unmodifiableSequencedMap(all);
  }

  private void addBias(String module, Adapter.Pair pair, SequencedMap<String, TensorInfo> all) {
    String bias = find(module + ".bias");
    TensorInfo info = base.tensors().get(bias);
    if (info == null) {
      throw IngotException.invalid(
          adapter.folder() + " has a bias for " + module + ", but the base's module has none");
    }
    changes.put(bias, new Change(bias, module, pair, null, true));
    all.put(bias, info);
  }

  /** Checkpoints differ in whether the names begin with {@code model.} or {@code transformer.}. */
  private String find(String name) {
    if (base.tensors().containsKey(name)) {
      return name;
    }
    for (String prefix : PREFIXES) {
      String other = name.startsWith(prefix) ? name.substring(prefix.length()) : prefix + name;
      if (base.tensors().containsKey(other)) {
        return other;
      }
    }
    return name;
  }

  private String source(String weight) {
    return base.tensors().containsKey(weight)
        ? weight
        : TIED.getOrDefault(weight, List.of()).stream()
            .filter(base.tensors()::containsKey)
            .findFirst()
            .orElse(weight);
  }

  /**
   * Whether a head that the base shares with its embedding gets the same values as the embedding:
   * PEFT needs both, a model that ties them does not.
   */
  private boolean repeatsTheEmbedding(String head) {
    String embedding = source(head);
    TensorInfo one = replacement(head);
    TensorInfo other = replacement(embedding);
    return !embedding.equals(head)
        && one != null
        && other != null
        && one.dtype() == other.dtype()
        && one.shape().equals(other.shape())
        && adapter.tensors().data(one.name()).mismatch(adapter.tensors().data(other.name())) < 0;
  }

  /** The same of a pair of factors: those of an embedding lie transposed. */
  private boolean repeatsTheEmbedding(Adapter.Pair head, String embedding) {
    return adapter.pairs().entrySet().stream()
        .filter(e -> e.getValue().embedding() && find(e.getKey() + ".weight").equals(embedding))
        .map(Map.Entry::getValue)
        .anyMatch(e -> transposes(head.down(), e.up()) && transposes(head.up(), e.down()));
  }

  private boolean transposes(TensorInfo a, TensorInfo b) {
    if (a.dtype() != b.dtype() || !a.shape().equals(b.shape().reversed())) {
      return false;
    }
    MemorySegment x = adapter.tensors().data(a.name());
    MemorySegment y = adapter.tensors().data(b.name());
    long rows = a.shape().getFirst();
    long columns = a.shape().getLast();
    for (long i = 0; i < a.elements(); i++) {
      if (Elements.readOne(a.dtype(), x, i)
          != Elements.readOne(b.dtype(), y, i % columns * rows + i / columns)) {
        return false;
      }
    }
    return true;
  }

  private @Nullable TensorInfo replacement(String target) {
    return adapter.replacements().entrySet().stream()
        .filter(r -> find(r.getKey()).equals(target))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  private boolean transposed(Adapter.Pair pair) {
    return pair.embedding() || adapter.config().fanInFanOut();
  }

  private void checkShape(String module, Adapter.Pair pair, TensorInfo weight) {
    long out = pair.up().shape().getFirst();
    long in = pair.down().shape().getLast();
    List<Long> wanted = transposed(pair) ? List.of(in, out) : List.of(out, in);
    if (!weight.shape().equals(wanted)) {
      throw IngotException.invalid(
          "the adapter %s does not belong to this base: module %s is %s there and %s here"
              .formatted(adapter.folder(), module, wanted, weight.shape()));
    }
    if (!weight.dtype().isFloating() || weight.dtype().bytes() == 1) {
      throw IngotException.invalid(
          "module %s of the base is quantized (%s); fold the adapter into the base as it was before quantization"
              .formatted(module, weight.dtype()));
    }
  }

  /** Names of the tensors that differ from the base's. */
  public List<String> changed() {
    return tensors.keySet().stream().filter(changes::containsKey).toList();
  }

  @Override
  public SequencedMap<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public MemorySegment data(String name) {
    Change change = changes.get(name);
    if (change == null) {
      return base.data(name);
    }
    TensorInfo info = base.tensors().get(change.source());
    Adapter.Pair pair = change.pair();
    if (pair != null && info != null) {
      double scaling = adapter.config().scaling(change.module());
      return change.biasOnly()
          ? addBias(info, pair, scaling)
          : new Folding(adapter, pair, info, scaling, transposed(pair))
              .apply(base.data(change.source()));
    }
    TensorInfo replacement = change.replacement();
    TensorInfo target = tensors.get(name);
    if (replacement == null || target == null) {
      throw new IllegalStateException("no source for " + name);
    }
    MemorySegment data = adapter.tensors().data(replacement.name());
    return replacement.dtype() == target.dtype()
        ? data
        : convert(data, replacement.dtype(), target);
  }

  private MemorySegment addBias(TensorInfo info, Adapter.Pair pair, double scaling) {
    int count = Math.toIntExact(info.elements());
    float[] sum = new float[count];
    float[] delta = new float[count];
    Elements.read(info.dtype(), base.data(info.name()), 0, sum, count);
    TensorInfo bias = java.util.Objects.requireNonNull(pair.bias());
    Elements.read(bias.dtype(), adapter.tensors().data(bias.name()), 0, delta, count);
    for (int i = 0; i < count; i++) {
      sum[i] += delta[i] * (float) scaling;
    }
    MemorySegment folded = Arena.ofAuto().allocate(info.byteSize(), 64);
    Elements.write(info.dtype(), sum, count, folded, 0);
    return folded.asReadOnly();
  }

  private static MemorySegment convert(MemorySegment data, DType from, TensorInfo to) {
    MemorySegment converted = Arena.ofAuto().allocate(to.byteSize(), 64);
    float[] chunk = new float[1 << 14];
    for (long at = 0; at < to.elements(); at += chunk.length) {
      int count = (int) Math.min(chunk.length, to.elements() - at);
      Elements.read(from, data, at, chunk, count);
      Elements.write(to.dtype(), chunk, count, converted, at);
    }
    return converted.asReadOnly();
  }

  @Override
  public long heldBytes(String name) {
    TensorInfo info = tensors.get(name);
    return info != null && changes.containsKey(name) ? info.byteSize() : base.heldBytes(name);
  }

  @Override
  public List<FileStamp> files() {
    List<FileStamp> files = new ArrayList<>(base.files());
    files.addAll(adapter.tensors().files());
    return files;
  }

  @Override
  public void close() {}
}
