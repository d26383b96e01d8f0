package io.ingot.step.card;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.card.ArtifactFiles;
import io.ingot.card.CardFacts;
import io.ingot.model.BoundedJson;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a folder of weights says about itself; headers only. */
final class ModelReading {
  private ModelReading() {}

  static CardFacts.ModelFacts of(ArtifactFiles artifact) throws IOException {
    Path config = artifact.files().get(artifact.adapter() ? "adapter_config.json" : "config.json");
    ObjectNode tree =
        config == null
            ? com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode()
            : BoundedJson.read(config);
    long parameters = 0;
    Map<String, Long> dtypes = new TreeMap<>();
    for (Map.Entry<String, Path> file : artifact.files().entrySet()) {
      if (file.getKey().endsWith(".safetensors")) {
        try (SafetensorsFile weights = SafetensorsFile.open(file.getValue())) {
          for (TensorInfo tensor : weights.tensors().values()) {
            parameters += tensor.elements();
            dtypes.merge(tensor.dtype().name(), tensor.elements(), Long::sum);
          }
        }
      }
    }
    return new CardFacts.ModelFacts(
        artifact.name(),
        artifact.adapter(),
        tree,
        parameters,
        dtypes.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .map(Map.Entry::getKey)
            .toList(),
        chatTemplate(artifact));
  }

  private static Optional<String> chatTemplate(ArtifactFiles artifact) throws IOException {
    Path file = artifact.files().get("chat_template.jinja");
    if (file != null) {
      return Optional.of(Files.readString(file));
    }
    Path tokenizer = artifact.files().get("tokenizer_config.json");
    if (tokenizer == null) {
      return Optional.empty();
    }
    ObjectNode config = BoundedJson.read(tokenizer);
    return config.path("chat_template").isTextual()
        ? Optional.of(config.path("chat_template").asText())
        : Optional.empty();
  }
}
