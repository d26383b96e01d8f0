package io.ingot.adapter.extract;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.linear.TruncatedSvd;
import io.ingot.model.Model;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.Parallel;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes a PEFT adapter of what a fine-tune changed, module by module: with {@code D = W_model -
 * W_base = U S V'}, {@code A = sqrt(S) V'} and {@code B = U sqrt(S)}, or {@code A = S V'} and
 * {@code B = U}. Memory holds the factors of one module; large differences are never stored.
 */
public final class AdapterExtract {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PREFIX = "base_model.model.";

  /** Input embeddings that a head may share. */
  private static final Pattern EMBEDDING =
      Pattern.compile("(.*\\.)?(embed_tokens|wte|embed_in|tok_embeddings)");

  private final Model model;
  private final Model base;
  private final ExtractOptions options;
  private final ExtractionPlan plan;

  private AdapterExtract(Model model, Model base, ExtractOptions options, ExtractionPlan plan) {
    this.model = model;
    this.base = base;
    this.options = options;
    this.plan = plan;
  }

  /**
   * Checks everything that headers tell.
   *
   * @throws IngotException INVALID naming all that does not fit
   */
  public static AdapterExtract plan(Model model, Model base, ExtractOptions options) {
    return new AdapterExtract(model, base, options, ExtractionPlan.of(model, base, options));
  }

  /** What the user should know before the work begins. */
  public List<String> warnings() {
    return plan.warnings();
  }

  /** Bytes of the factors at the ranks asked for, and of what is saved whole in any case. */
  public long bytes() {
    return plan.modules().stream().mapToLong(this::bytes).sum();
  }

  private long bytes(PlannedModule module) {
    if (module.weight().isEmpty()) {
      return module.always() ? module.bytes() : 0;
    }
    List<Long> shape = module.weight().get().tuned().shape();
    long rank = Math.min(options.rank(module.name()), Math.min(shape.getFirst(), shape.getLast()));
    return rank * (shape.getFirst() + shape.getLast()) * options.dtype().bytes();
  }

  /**
   * Writes the adapter.
   *
   * @param folder empty
   * @param title of the card
   * @param modelName how the user calls the model; likewise {@code baseName}
   * @param cancellation polled between modules
   * @throws IngotException INVALID for NaN or infinite weights, or when nothing differs
   */
  public ExtractReport write(
      Path folder,
      String title,
      String modelName,
      String baseName,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    long begun = System.nanoTime();
    progress.begin("extract", plan.bytes(), Progress.Unit.BYTES);
    Result result = new Result();
    try (FactorSpool spool = new FactorSpool(folder.resolve(".factors"));
        Parallel parallel =
            options.threads() > 0 ? new Parallel(options.threads()) : Parallel.ofProcessors()) {
      for (PlannedModule module : plan.modules()) {
        cancellation.check();
        progress.detail(module.name());
        if (module.treatment() == Treatment.WHOLE) {
          whole(module, result);
        } else {
          factors(module, result, spool, parallel);
        }
        progress.advance(module.bytes());
      }
      cancellation.check();
      if (result.ranks.isEmpty() && result.saved.isEmpty()) {
        throw IngotException.invalid(
            "nothing to extract: the model and its base do not differ"
                + (plan.leftOut().isEmpty() ? "" : " in the modules that the options leave"));
      }
      return finish(folder, title, modelName, baseName, result, spool, begun);
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + folder + ": " + e.getMessage());
    }
  }

  /** What is known after the last module. */
  private static final class Result {
    private final List<ExtractReport.Extracted> modules = new ArrayList<>();
    private final SequencedMap<String, Integer> ranks = new LinkedHashMap<>();
    private final List<String> saved = new ArrayList<>();
    private final Map<String, TensorPair> whole = new LinkedHashMap<>();
    private final SequencedMap<String, TensorPair> biases = new LinkedHashMap<>();
    private int unbiased;
    private boolean biasDiffers;
    private boolean transposed;
    private int unchanged;
    private double squares;
    private double kept;
  }

  /** PEFT wants all tensors of a module that it replaces, even where only one differs. */
  private void whole(PlannedModule module, Result result) {
    boolean differs =
        module.always()
            || module.others().stream().anyMatch(p -> p.differs(model.weights(), base.weights()));
    if (!differs) {
      result.unchanged++;
      return;
    }
    result.saved.add(module.name());
    for (TensorPair pair : module.others()) {
      result.whole.put(PREFIX + pair.name(), pair);
      tiedHead(module)
          .ifPresent(
              head -> {
                result.saved.add(head);
                result.whole.put(PREFIX + head + ".weight", pair);
              });
    }
  }

  /** The head that shares this module's weight; to PEFT it is a module of its own. */
  private Optional<String> tiedHead(PlannedModule module) {
    return plan.tied() && EMBEDDING.matcher(module.name()).matches()
        ? Optional.of(module.name().endsWith("embed_in") ? "embed_out" : "lm_head")
        : Optional.empty();
  }

  private void factors(PlannedModule module, Result result, FactorSpool spool, Parallel parallel) {
    TensorPair weight = module.weight().orElseThrow();
    Delta delta = new Delta(weight, model.weights(), base.weights());
    TruncatedSvd svd =
        TruncatedSvd.of(delta, options.rank(module.name()), parallel)
            .orElseThrow(
                () ->
                    IngotException.invalid(
                        delta.notFinite() + "; no adapter can be made of such weights"))
            .above(options.epsilon());
    boolean biasDiffers =
        module.bias().filter(b -> b.differs(model.weights(), base.weights())).isPresent();
    if (svd.rank() == 0 && !biasDiffers) {
      result.unchanged++;
      return;
    }
    TensorInfo info = weight.tuned();
    result.modules.add(
        new ExtractReport.Extracted(
            module.name(),
            module.treatment(),
            info.shape(),
            svd.rank(),
            svd.energy(),
            Math.sqrt(svd.squares())));
    result.ranks.put(module.name(), Math.max(1, svd.rank()));
    result.squares += svd.squares();
    result.kept += svd.squares() * svd.energy();
    result.transposed |= module.treatment() == Treatment.TRANSPOSED;
    module
        .bias()
        .ifPresentOrElse(bias -> result.biases.put(module.name(), bias), () -> result.unbiased++);
    result.biasDiffers |= biasDiffers;
    LoraFactors factors =
        LoraFactors.of(svd, info.shape(), module.treatment(), options.distributeScale());
    factors.spool(PREFIX + module.name(), options.dtype(), spool);
    tiedHead(module)
        .ifPresent(
            head -> {
              result.ranks.put(head, factors.rank());
              factors.ofHead().spool(PREFIX + head, options.dtype(), spool);
            });
  }

  private ExtractReport finish(
      Path folder,
      String title,
      String modelName,
      String baseName,
      Result result,
      FactorSpool spool,
      long begun)
      throws IOException {
    if (result.ranks.isEmpty()) {
      placeholder(result, spool);
    }
    boolean loraBias = result.biasDiffers && result.unbiased == 0;
    boolean baseBias = result.biasDiffers && !loraBias;
    if (loraBias) {
      result.biases.forEach((module, bias) -> spoolBias(module, bias, spool));
    } else if (baseBias) {
      result.biases.forEach(
          (module, bias) -> result.whole.put(PREFIX + module + ".base_layer.bias", bias));
    }
    List<String> names =
        Stream.concat(plan.modules().stream().map(PlannedModule::name), plan.leftOut().stream())
            .map(m -> m + ".weight")
            .toList();
    PeftConfig config =
        new PeftConfig(
            baseName,
            result.ranks,
            result.saved,
            ModuleNames.ofTensors(names),
            base.config().path("architectures").path(0).asText("").endsWith("ForCausalLM"),
            result.transposed,
            loraBias,
            baseBias);
    List<TensorInfo> tensors = new ArrayList<>(spool.tensors().values());
    result.whole.forEach(
        (name, pair) ->
            tensors.add(new TensorInfo(name, pair.tuned().dtype(), pair.tuned().shape())));
    ExtractReport report =
        new ExtractReport(
            result.ranks.values().stream().mapToInt(r -> r).max().orElse(0),
            result.modules,
            result.saved,
            result.unchanged,
            plan.leftOut(),
            result.squares == 0 ? 1 : result.kept / result.squares,
            tensors.stream().mapToLong(TensorInfo::elements).sum(),
            tensors.stream().mapToLong(TensorInfo::byteSize).sum(),
            (System.nanoTime() - begun) / 1e9,
            plan.warnings());
    Files.writeString(
        folder.resolve("adapter_config.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config.json()) + "\n");
    Files.writeString(
        folder.resolve("README.md"),
        AdapterCard.text(title, modelName, baseName, model, base, report, plan.rows()));
    TensorSource source = model.weights();
    SafetensorsWriter.write(
        folder.resolve("adapter_model.safetensors"),
        tensors,
        Map.of("format", "pt"),
        info -> {
          TensorPair pair = result.whole.get(info.name());
          return pair == null ? spool.data(info.name()) : source.data(pair.tuned().name());
        });
    return report;
  }

  /** PEFT loads no adapter without a target: zeros for a matrix where nothing else is. */
  private void placeholder(Result result, FactorSpool spool) {
    plan.modules().stream()
        .filter(m -> m.treatment() == Treatment.LINEAR || m.treatment() == Treatment.TRANSPOSED)
        .findFirst()
        .ifPresent(
            module -> {
              List<Long> shape = module.weight().orElseThrow().tuned().shape();
              LoraFactors.zero(shape, module.treatment())
                  .spool(PREFIX + module.name(), options.dtype(), spool);
              result.ranks.put(module.name(), 1);
              result.transposed |= module.treatment() == Treatment.TRANSPOSED;
            });
  }

  private void spoolBias(String module, TensorPair pair, FactorSpool spool) {
    int count = Math.toIntExact(pair.tuned().elements());
    float[] difference = new float[count];
    float[] original = new float[count];
    Elements.read(
        pair.tuned().dtype(), model.weights().data(pair.tuned().name()), 0, difference, count);
    Elements.read(
        pair.original().dtype(), base.weights().data(pair.original().name()), 0, original, count);
    for (int i = 0; i < count; i++) {
      difference[i] -= original[i];
    }
    spool.add(PREFIX + module + ".lora_B.bias", DType.F32, difference, count);
  }
}
