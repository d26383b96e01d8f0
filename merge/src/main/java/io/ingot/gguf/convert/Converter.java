package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.gguf.EncodedRows;
import io.ingot.gguf.FloatRows;
import io.ingot.gguf.GgmlType;
import io.ingot.gguf.GgufOutput;
import io.ingot.gguf.OutputTensor;
import io.ingot.gguf.TokenEncoder;
import io.ingot.model.Model;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Converts a model of the Hub to GGUF: the same bytes as convert_hf_to_gguf.py of llama.cpp 0.5.0
 * with transformers 4.57.6.
 */
public final class Converter {
  private static final int QUANTIZATION_VERSION = 2;

  private final Model model;
  private final Path folder;
  private final ConvertOptions options;
  private final Supplier<Optional<TokenEncoder>> encoder;

  private Converter(
      Model model, Path folder, ConvertOptions options, Supplier<Optional<TokenEncoder>> encoder) {
    this.model = model;
    this.folder = folder;
    this.options = options;
    this.encoder = encoder;
  }

  /**
   * Plans a conversion: reads configuration, tokenizer and tensor headers, no tensor data.
   *
   * @param encoder the model's tokenizer, asked for only where the pre-tokenizer must be detected
   * @throws IngotException when the model cannot be converted
   */
  public static Conversion convert(
      Model model, ConvertOptions options, Supplier<Optional<TokenEncoder>> encoder) {
    Path folder =
        model
            .folder()
            .orElseThrow(
                () ->
                    IngotException.invalid(
                        "the model has no folder with a tokenizer; a GGUF file is quantized, not"
                            + " converted"));
    return new Converter(model, folder, options, encoder).run();
  }

  private Conversion run() {
    ObjectNode raw = model.config();
    refuseQuantized(raw);
    ModelConfig config = ConfigDefaults.complete(raw);
    Family family = Families.of(className(raw));
    family.prepare(config, folder);
    RopeParameters rope = RopeParameters.of(config);
    OutType type = outType();
    KeyValues out = new KeyValues();
    out.text("general.architecture", family.architecture());
    family.writeFirst(out, config, rope);
    List<SourceTensor> tensors = options.vocabOnly() ? List.of() : tensors(family, config, rope);
    out.text("general.type", "model");
    GeneralMetadata general = general(SizeLabel.of(tensors));
    general.write(out);
    family.writeParameters(out, config, rope, type);
    out.u32("general.quantization_version", QUANTIZATION_VERSION);
    family.writeTokenizer(new Tokenizer(folder, config, options.pre(), encoder, out));
    List<OutputTensor> encoded = tensors.stream().map(t -> encode(t, type)).toList();
    return new Conversion(new GgufOutput(out.values(), encoded), type, fileName(general, type));
  }

  private static String className(ObjectNode config) {
    JsonNode names = config.path("architectures");
    if (!names.isArray() || !names.path(0).isTextual()) {
      throw IngotException.invalid(
          "config.json names no model class (architectures: [...]); add it, e.g."
              + " \"architectures\": [\"LlamaForCausalLM\"]");
    }
    return names.get(0).asText();
  }

  private static void refuseQuantized(ObjectNode config) {
    JsonNode quantization = config.path("quantization_config");
    if (quantization.isObject() && quantization.hasNonNull("quant_method")) {
      throw IngotException.invalid(
          "the model is quantized already ("
              + quantization.get("quant_method").asText()
              + "); convert the original 16-bit model, or merge the adapter into it, instead");
    }
  }

  private List<TensorInfo> sourceTensors() {
    return TensorOrder.sorted(model.weights().tensors().values(), folder);
  }

  private OutType outType() {
    if (options.outType() != OutType.AUTO) {
      return options.outType();
    }
    for (TensorInfo info : sourceTensors()) {
      if (info.shape().size() >= 2) {
        if (info.dtype() == DType.BF16) {
          return OutType.BF16;
        }
        if (info.dtype() == DType.F16) {
          return OutType.F16;
        }
      }
    }
    return OutType.F16;
  }

  private List<SourceTensor> tensors(Family family, ModelConfig config, RopeParameters rope) {
    List<SourceTensor> converted = new ArrayList<>(family.extras(config, rope));
    long blocks = TextParameters.blocks(config);
    QkvFusion fusion = new QkvFusion(options.fuseQkv());
    for (TensorInfo info : sourceTensors()) {
      String name = info.name().replace("language_model.", "");
      if (TensorOrder.isIrrelevant(name) || family.isSkipped(name)) {
        continue;
      }
      SourceTensor source = StoredRows.open(model.weights(), info).named(name);
      for (SourceTensor tensor : family.transform(source, config)) {
        SourceTensor renamed = tensor.named(rename(family, tensor.name(), blocks));
        converted.addAll(fusion.add(renamed));
      }
    }
    if (!family.leftovers().isEmpty()) {
      throw IngotException.invalid(
          "the model lacks experts; these could not be stacked: " + family.leftovers());
    }
    Set<String> names = new HashSet<>();
    for (SourceTensor tensor : converted) {
      if (!names.add(tensor.name())) {
        throw IngotException.invalid("two tensors would be called '" + tensor.name() + "'");
      }
    }
    return converted;
  }

  private static String rename(Family family, String name, long blocks) {
    return family
        .rename(name)
        .filter(found -> TensorOrder.layer(found) < blocks)
        .orElseThrow(
            () ->
                IngotException.invalid(
                    "tensor '"
                        + name
                        + "' has no place in a "
                        + family.architecture()
                        + " model of "
                        + blocks
                        + " layers"));
  }

  private OutputTensor encode(SourceTensor tensor, OutType wanted) {
    List<Long> dims = tensor.shape().reversed();
    GgmlType type = type(tensor, wanted);
    long columns = dims.isEmpty() ? 1 : dims.getFirst();
    if (columns % type.blockElements() != 0) {
      type = GgmlType.F16;
    }
    FloatRows rows = tensor.rows();
    if (rows.columns() != columns) {
      rows = new RowViews.Reshaped(rows, Math.toIntExact(columns));
    }
    return new OutputTensor(tensor.name(), dims, type, new EncodedRows(rows, type));
  }

  /** Which tensors stay 32-bit floats whatever is wanted. */
  private static GgmlType type(SourceTensor tensor, OutType wanted) {
    String name = tensor.name();
    if (tensor.shape().size() <= 1
        || name.endsWith("_norm.weight")
        || !name.endsWith(".weight")
        || name.endsWith(".ffn_gate_inp.weight")
        || name.endsWith(".ffn_gate_inp_shexp.weight")) {
      return GgmlType.F32;
    }
    boolean ends = name.equals("token_embd.weight") || name.equals("output.weight");
    return ends && wanted.isTernary() ? GgmlType.F16 : wanted.type();
  }

  private GeneralMetadata general(SizeLabel size) {
    GeneralMetadata general = new GeneralMetadata();
    ModelCard.read(folder.resolve("README.md")).describe(general, size.total());
    JsonNode path = model.config().path("_name_or_path");
    if (path.isTextual() && path.asText().chars().filter(c -> c == '/').count() <= 1) {
      general.offer(ModelNameParts.of(path.asText(), size.total()));
    }
    String folderName =
        options
            .folderName()
            .orElseGet(() -> folder.toAbsolutePath().normalize().getFileName().toString());
    general.offer(ModelNameParts.of(folderName, size.total()));
    JsonFile.findReadable(folder.resolve("generation_config.json"))
        .ifPresent(general::readSampling);
    options.metadata().map(JsonFile::read).ifPresent(general::override);
    options.modelName().ifPresent(name -> general.setText("name", name));
    general.offer("name", folderName);
    if (size.total() > 0) {
      general.offer("size_label", size.text());
    }
    return general;
  }

  private String fileName(GeneralMetadata general, OutType type) {
    boolean vocabulary = options.vocabOnly();
    String stem =
        FileNames.conventional(
            general.text("name"),
            general.text("basename"),
            vocabulary ? null : general.text("size_label"),
            general.text("finetune"),
            general.text("version"),
            vocabulary ? null : type.name().toUpperCase(Locale.ROOT));
    return stem + (vocabulary ? "-vocab" : "") + ".gguf";
  }
}
