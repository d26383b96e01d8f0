package io.ingot.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.model.Architecture;
import io.ingot.model.ArchitectureModule;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a merge changes in config.json. */
public final class ConfigEdits {
  /** The head, which may be tied to the input embedding. */
  private static final Pattern HEAD =
      Pattern.compile("(.*\\.)?lm_head\\.weight|output\\.weight|embed_out\\.weight");

  private static final Pattern INPUT =
      Pattern.compile(
          "(.*\\.)?(embed_tokens|wte|word_embeddings|embed_in|tok_embeddings|shared|embeddings)\\.weight");
  private static final String TIED = "tie_word_embeddings";

  /** Whether a tensor is a head that may be tied to the input embedding. */
  static boolean isHead(String tensor) {
    return HEAD.matcher(tensor).matches();
  }

  /** Whether a tensor is the input embedding of tokens. */
  static boolean isInputEmbedding(String tensor) {
    return INPUT.matcher(tensor).matches();
  }

  private ConfigEdits() {}

  /** Sets a number at a dotted path whose parents exist. */
  static void put(ObjectNode config, String path, int value) {
    int dot = path.lastIndexOf('.');
    JsonNode parent = dot < 0 ? config : ArchitectureModule.at(config, path.substring(0, dot));
    if (parent instanceof ObjectNode object) {
      object.put(path.substring(dot + 1), value);
    }
  }

  /** Names the dtype of the weights under the key that the configuration uses. */
  public static void dtype(ObjectNode config, DType type) {
    String name =
        switch (type) {
          case BF16 -> "bfloat16";
          case F16 -> "float16";
          case F32 -> "float32";
          default -> type.name().toLowerCase(Locale.ROOT);
        };
    boolean old = config.has("torch_dtype");
    if (old) {
      config.put("torch_dtype", name);
    }
    if (!old || config.has("dtype")) {
      config.put("dtype", name);
    }
  }

  /**
   * Unties a head that is written, and counts the rows of the embedding that is written.
   *
   * @param donor whose configuration it was
   */
  static void keepConsistent(
      ObjectNode config,
      Architecture architecture,
      List<PlannedTensor> tensors,
      TensorSource donor,
      Findings findings) {
    boolean head = tensors.stream().anyMatch(t -> isHead(t.output().name()));
    boolean ownHead = donor.tensors().keySet().stream().anyMatch(ConfigEdits::isHead);
    List<ObjectNode> places = new ArrayList<>(List.of(config));
    if (config.path("text_config") instanceof ObjectNode text) {
      places.add(text);
    }
    boolean said = places.stream().anyMatch(p -> p.has(TIED));
    if (head) {
      List<ObjectNode> tied = places.stream().filter(p -> p.path(TIED).asBoolean(false)).toList();
      tied.forEach(p -> p.put(TIED, false));
      if (!said && !ownHead) {
        // Without the key many families tie; that the donor stores no head says that it does.
        config.put(TIED, false);
      }
      if (!tied.isEmpty() || !said && !ownHead) {
        findings.warn(
            "",
            "",
            "the head is written although config.json ties it to the embedding",
            TIED + " is set to false");
      }
    } else if (said && places.stream().noneMatch(p -> p.path(TIED).asBoolean(true)) && !ownHead) {
      findings.warn(
          "",
          "",
          "no model has a head, but config.json does not tie it to the embedding",
          "check " + TIED);
    }
    vocabulary(config, architecture, tensors, findings);
  }

  private static void vocabulary(
      ObjectNode config,
      Architecture architecture,
      List<PlannedTensor> tensors,
      Findings findings) {
    JsonNode size = ArchitectureModule.at(config, architecture.vocabularyKey());
    embedding(tensors)
        .map(t -> t.output().shape().getFirst())
        .filter(rows -> size.isIntegralNumber() && size.asLong() != rows)
        .ifPresent(
            rows -> {
              findings.warn(
                  "",
                  "",
                  "the embedding that is written has %d rows, config.json says %s"
                      .formatted(rows, size),
                  architecture.vocabularyKey() + " is set to " + rows);
              put(config, architecture.vocabularyKey(), rows.intValue());
            });
  }

  /** The input embedding of tokens. */
  static Optional<PlannedTensor> embedding(List<PlannedTensor> tensors) {
    return tensors.stream()
        .filter(t -> t.merge().embedding() && t.output().shape().size() == 2)
        .filter(t -> isInputEmbedding(t.output().name()))
        .findFirst();
  }
}
