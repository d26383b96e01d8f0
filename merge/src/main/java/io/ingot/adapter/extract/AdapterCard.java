package io.ingot.adapter.extract;

import io.ingot.model.CardLicense;
import io.ingot.model.Model;
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
    if (CardLicense.isRepository(baseName)) {
      text.append("base_model: ").append(baseName).append('\n');
    }
    text.append("library_name: peft\n");
    List<String> license = CardLicense.lines(model);
    if (license.isEmpty()) {
      license = CardLicense.lines(base);
    }
    license.forEach(line -> text.append(line).append('\n'));
    text.append("tags:\n- lora\n- peft\n---\n# ").append(title).append("\n\n");
    text.append(
        "A LoRA adapter that turns %s into an approximation of %s. Ingot extracted it by singular value decomposition of the difference of the weights.\n\n"
            .formatted(CardLicense.link(baseName), CardLicense.link(modelName)));
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
    text.append(
        "base = AutoModelForCausalLM.from_pretrained(\"%s\")\n"
            .formatted(CardLicense.isRepository(baseName) ? baseName : "PATH_OF_THE_BASE"));
    rows.ifPresent(
        r ->
            text.append(
                "base.resize_token_embeddings(%d)  # from %d\n".formatted(r.model(), r.base())));
    text.append("model = PeftModel.from_pretrained(base, \"PATH_OF_THIS_ADAPTER\")\n```\n");
    return text.toString();
  }
}
