package io.ingot.transplant;

import io.ingot.model.CardLicense;
import io.ingot.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * README.md of a model with a new tokenizer. It claims a license for the whole only where model and
 * donor, whose tokenizer files are copied, state the same one.
 */
final class TransplantCard {
  private TransplantCard() {}

  static void write(
      Path folder,
      String title,
      String modelName,
      String donorName,
      Model model,
      Model donor,
      TransplantOptions options,
      List<TransplantReport.Matrix> matrices)
      throws IOException {
    StringBuilder text = new StringBuilder("---\n");
    if (CardLicense.isRepository(modelName)) {
      text.append("base_model: ").append(modelName).append('\n');
    }
    text.append("library_name: transformers\n");
    List<String> license = CardLicense.lines(model);
    List<String> donorLicense = CardLicense.lines(donor);
    if (license.equals(donorLicense)) {
      license.forEach(line -> text.append(line).append('\n'));
    }
    text.append("tags:\n- mergekit\n- tokenizer-transplant\n---\n# ").append(title).append("\n\n");
    text.append(
        "%s with the tokenizer of %s. Only the rows of tokens are new; made by Ingot with the method `%s`.\n\n"
            .formatted(
                CardLicense.link(modelName),
                CardLicense.link(donorName),
                options.method().name().toLowerCase(Locale.ROOT)));
    text.append("| matrix | kept | matched by byte | by prefix | made |\n|---|---|---|---|---|\n");
    for (TransplantReport.Matrix matrix : matrices) {
      text.append(
          "| `%s` | %d | %d | %d | %d |\n"
              .formatted(
                  matrix.tensor(),
                  matrix.exact(),
                  matrix.byteMatches(),
                  matrix.prefixMatches(),
                  matrix.approximated()));
    }
    text.append("\n## License\n\n")
        .append(sentence("The weights come from", modelName, license))
        .append(sentence("The tokenizer files come from", donorName, donorLicense));
    Files.writeString(folder.resolve("README.md"), text.toString());
  }

  private static String sentence(String what, String name, List<String> license) {
    return "- %s %s, %s.\n"
        .formatted(
            what,
            CardLicense.link(name),
            license.isEmpty()
                ? "whose card states no license"
                : "`"
                    + String.join("`, `", license.stream().map(l -> l.replace("`", "")).toList())
                    + "`");
  }
}
