package io.ingot.train.decoder;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Model families that can be run. A family is the {@code model_type} of config.json, the program
 * text that computes it, and the rules by which old configurations leave things unsaid.
 */
public enum DecoderFamily {
  LLAMA("llama", "llama", Windows.NONE),
  MISTRAL("mistral", "llama", Windows.ALL),
  QWEN2("qwen2", "llama", Windows.UPPER),
  QWEN3("qwen3", "qwen3", Windows.UPPER),
  QWEN3_MOE("qwen3_moe", "qwen3_moe", Windows.UPPER),
  MIXTRAL("mixtral", "mixtral", Windows.ALL),
  PHI3("phi3", "phi3", Windows.ALL),
  GEMMA2("gemma2", "gemma2", Windows.EVEN),
  GEMMA3("gemma3_text", "gemma3", Windows.PATTERN),
  GRANITE("granite", "granite", Windows.NONE),
  SMOLLM3("smollm3", "llama", Windows.UPPER);

  /** Which layers slide where the configuration names a window but no layer types. */
  enum Windows {
    NONE,
    ALL,
    EVEN,
    PATTERN,
    UPPER
  }

  private final String modelType;
  private final String program;
  private final Windows windows;

  DecoderFamily(String modelType, String program, Windows windows) {
    this.modelType = modelType;
    this.program = program;
    this.windows = windows;
  }

  /** As config.json names it. */
  public String modelType() {
    return modelType;
  }

  Windows windows() {
    return windows;
  }

  /** Mistral and Mixtral slide everywhere or nowhere, whatever {@code layer_types} says. */
  boolean readsLayerTypes() {
    return windows != Windows.ALL && windows != Windows.NONE;
  }

  boolean isMixture() {
    return this == MIXTRAL || this == QWEN3_MOE;
  }

  boolean tiesByDefault() {
    return program.startsWith("gemma");
  }

  List<String> activations() {
    return program.startsWith("gemma")
        ? List.of("gelu_pytorch_tanh", "gelu")
        : List.of("silu", "swish");
  }

  /**
   * The family of a {@code model_type}.
   *
   * @throws IngotException naming the known ones
   */
  public static DecoderFamily of(String modelType) {
    return Arrays.stream(values())
        .filter(f -> f.modelType.equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                IngotException.invalid(
                    "config.json: model_type '"
                        + modelType
                        + "' cannot be run or trained; known: "
                        + Arrays.stream(values())
                            .map(DecoderFamily::modelType)
                            .collect(Collectors.joining(", "))));
  }

  /** The program's text: the common frame and the family's methods. */
  String text() {
    return resource("decoder") + resource(program);
  }

  private static String resource(String name) {
    String file = name + ".torchscript";
    try (InputStream in = DecoderFamily.class.getResourceAsStream(file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
