package io.ingot.step.quantize;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.gguf.GgufOutput;
import io.ingot.gguf.GgufWriter;
import io.ingot.gguf.TokenEncoder;
import io.ingot.gguf.convert.Conversion;
import io.ingot.gguf.convert.ConvertOptions;
import io.ingot.gguf.convert.Converter;
import io.ingot.gguf.convert.OutType;
import io.ingot.gguf.mix.FileType;
import io.ingot.gguf.mix.QuantizeInput;
import io.ingot.gguf.mix.QuantizeOptions;
import io.ingot.gguf.mix.QuantizePlan;
import io.ingot.gguf.mix.Quantizer;
import io.ingot.model.Model;
import io.ingot.step.ModelOpener;
import io.ingot.step.Parameters;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepOutcome;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Writes a model as GGUF files, one for each type, and {@code quantization.json} about them. F32,
 * F16 and BF16 are what convert_hf_to_gguf.py gives; every other type is what llama-quantize gives
 * of a conversion without loss (to the model's own type), which is never written.
 */
public final class QuantizeStep implements Step {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One file of {@code quantization.json}. */
  private record Entry(
      String file, String type, long bytes, String sha256, double bits_per_weight) {}

  @Override
  public String kind() {
    return "quantize";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public StepOutcome run(StepContext context) throws IOException, InterruptedException {
    QuantizeParameters parameters =
        Parameters.decode(context.parameters(), QuantizeParameters.class);
    Set<FileType> types = new LinkedHashSet<>();
    parameters.types().forEach(type -> types.add(FileType.parse(type)));
    if (types.isEmpty() || types.contains(FileType.COPY)) {
      throw IngotException.invalid(
          "quantize.types is " + parameters.types() + "; name types such as F16, Q8_0, Q4_K_M");
    }
    String name = parameters.name() == null ? "model" : parameters.name();
    List<Entry> entries = new ArrayList<>();
    try (Model model = ModelOpener.open(context.model("model"))) {
      GgufWriter writer =
          new GgufWriter(
              Runtime.getRuntime().availableProcessors(),
              false,
              context.progress(),
              context::checkCancelled);
      for (FileType type : types) {
        context.checkCancelled();
        Path file = context.output().resolve(name + "-" + type.name() + ".gguf");
        context.progress().note("writing " + file.getFileName());
        GgufOutput output = output(model, type, parameters, name);
        writer.write(file, output);
        entries.add(entry(file, type, output));
      }
    }
    Map<String, Object> listing = new LinkedHashMap<>();
    listing.put("files", entries);
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(context.output().resolve("quantization.json").toFile(), listing);
    return StepOutcome.done(note(entries));
  }

  private static GgufOutput output(
      Model model, FileType type, QuantizeParameters parameters, String name) {
    boolean plain = !type.defaultType().isQuantized();
    OutType outType = plain ? OutType.valueOf(type.name()) : lossless(model);
    ConvertOptions options =
        ConvertOptions.of(outType)
            .withPre(Optional.ofNullable(parameters.pre()))
            .withFolderName(name);
    Supplier<Optional<TokenEncoder>> encoder = () -> model.folder().map(FolderEncoder::new);
    Conversion conversion = Converter.convert(model, options, encoder);
    if (plain) {
      return conversion.output();
    }
    QuantizePlan plan =
        Quantizer.plan(QuantizeInput.of(conversion.output()), QuantizeOptions.of(type), false);
    return plan.outputs().getFirst();
  }

  /** The type that keeps every bit of the model's first matrix. */
  private static OutType lossless(Model model) {
    for (TensorInfo info : model.weights().tensors().values()) {
      if (info.shape().size() >= 2) {
        return info.dtype() == DType.BF16
            ? OutType.BF16
            : info.dtype() == DType.F16 ? OutType.F16 : OutType.F32;
      }
    }
    return OutType.F32;
  }

  private static Entry entry(Path file, FileType type, GgufOutput output) throws IOException {
    long elements =
        output.tensors().stream()
            .mapToLong(t -> t.dims().stream().reduce(1L, Math::multiplyExact))
            .sum();
    double bits = elements == 0 ? 0 : output.tensorBytes() * 8.0 / elements;
    return new Entry(
        String.valueOf(file.getFileName()),
        type.name(),
        Files.size(file),
        sha256(file),
        Math.round(bits * 1000) / 1000.0);
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String note(List<Entry> entries) {
    return String.join(
        ", ", entries.stream().map(e -> e.type() + " " + e.bytes() + " bytes").toList());
  }
}
