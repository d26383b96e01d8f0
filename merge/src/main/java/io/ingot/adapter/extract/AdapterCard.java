package io.ingot.adapter.extract;

import io.ingot.error.IngotException;
import io.ingot.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** README.md of an extracted adapter: from what, how much of it, under which license. */
final class AdapterCard {
  private AdapterCard() {}

  static String text(
      String title,
      String modelName,
      String baseName,
      Model model,
      Model base,
      ExtractReport report,
      Optional<ExtractionPlan.Rows> rows) {
    StringBuilder text = new StringBuilder("---\n");
    if (isRepository(baseName)) {
      text.append("base_model: ").append(baseName).append('\n');
    }
    text.append("library_name: peft\n");
    List<String> license = license(model);
    if (license.isEmpty()) {
      license = license(base);
    }
    license.forEach(line -> text.append(line).append('\n'));
    text.append("tags:\n- lora\n- peft\n---\n# ").append(title).append("\n\n");
    text.append(
        "A LoRA adapter that turns %s into an approximation of %s. Ingot extracted it by singular value decomposition of the difference of the weights.\n\n"
            .formatted(link(baseName), link(modelName)));
    text.append(
        String.format(
            Locale.ROOT,
            "%d modules have factors, of rank %d at most; they keep %.4f of the squared difference.",
            report.modules().size(),
            report.rank(),
            report.energy()));
    if (!report.saved().isEmpty()) {
      text.append(" Saved whole: ").append(String.join(", ", report.saved())).append('.');
    }
    text.append("\n\n```python\n");
    text.append("base = AutoModelForCausalLM.from_pretrained(\"%s\")\n".formatted(baseName));
    rows.ifPresent(
        r ->
            text.append(
                "base.resize_token_embeddings(%d)  # from %d\n".formatted(r.model(), r.base())));
    text.append("model = PeftModel.from_pretrained(base, \"PATH_OF_THIS_ADAPTER\")\n```\n");
    return text.toString();
  }

  private static String link(String name) {
    return isRepository(name)
        ? "[%1$s](https://huggingface.co/%1$s)".formatted(name)
        : "`" + name + "`";
  }

  private static boolean isRepository(String name) {
    return name.matches("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*") && !Files.exists(Path.of(name));
  }

  /** The lines about the license in the front matter of a model's own card. */
  private static List<String> license(Model model) {
    Optional<Path> card =
        model.folder().map(f -> f.resolve("README.md")).filter(Files::isRegularFile);
    if (card.isEmpty()) {
      return List.of();
    }
    try {
      List<String> lines =
          new String(Files.readAllBytes(card.get()), java.nio.charset.StandardCharsets.UTF_8)
              .lines()
              .toList();
      List<String> license = new ArrayList<>();
      if (!lines.isEmpty() && lines.getFirst().equals("---")) {
        for (int i = 1; i < lines.size() && !lines.get(i).equals("---"); i++) {
          if (lines.get(i).matches("license(_name|_link)?: \\S[^\\p{Cntrl}]{0,200}")) {
            license.add(lines.get(i));
          }
        }
      }
      return license;
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + card.get() + ": " + e.getMessage());
    }
  }
}
