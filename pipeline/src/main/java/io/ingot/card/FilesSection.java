package io.ingot.card;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Every weight file with type, size and hash. */
final class FilesSection implements Section {
  @Override
  public String write(CardFacts facts) {
    Map<String, JsonNode> quantized = new HashMap<>();
    for (CardFacts.Quantization quantization : facts.quantizations()) {
      quantization
          .facts()
          .path("files")
          .forEach(file -> quantized.put(file.path("file").asText(), file));
    }
    List<List<String>> rows = new ArrayList<>();
    for (CardFacts.PublishedFile file : facts.files()) {
      if (file.path().endsWith(".gguf") || file.path().endsWith(".safetensors")) {
        rows.add(
            List.of(
                Markdown.code(file.path()),
                type(file, quantized, facts),
                bits(quantized.get(file.path())),
                Markdown.size(file.bytes()),
                Markdown.code(file.sha256())));
      }
    }
    return rows.isEmpty()
        ? ""
        : "## Files\n\n"
            + Markdown.table(List.of("File", "Type", "Bits per weight", "Size", "SHA-256"), rows);
  }

  private static String type(
      CardFacts.PublishedFile file, Map<String, JsonNode> quantized, CardFacts facts) {
    JsonNode row = quantized.get(file.path());
    if (row != null && row.path("type").isTextual()) {
      return "GGUF " + Markdown.text(row.path("type").asText());
    }
    if (file.path().endsWith(".gguf")) {
      return "GGUF";
    }
    return "safetensors"
        + facts
            .main()
            .filter(model -> model.step().equals(file.artifact()))
            .map(model -> " " + Markdown.text(String.join(", ", model.dtypes())))
            .orElse("");
  }

  private static String bits(@org.jspecify.annotations.Nullable JsonNode row) {
    return row != null && row.path("bits_per_weight").isNumber()
        ? String.format(Locale.ROOT, "%.2f", row.path("bits_per_weight").asDouble())
        : "";
  }
}
