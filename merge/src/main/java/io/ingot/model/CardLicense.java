package io.ingot.model;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a model's own card says of its license, for the card of what is made of it. */
public final class CardLicense {
  private CardLicense() {}

  /** The lines of the front matter about the license; none when there is no card. */
  public static List<String> lines(Model model) {
    Optional<Path> card =
        model.folder().map(f -> f.resolve("README.md")).filter(Files::isRegularFile);
    List<String> license = new ArrayList<>();
    if (card.isEmpty()) {
      return license;
    }
    try {
      List<String> lines =
          new String(Files.readAllBytes(card.get()), StandardCharsets.UTF_8).lines().toList();
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

  /** A model as a card names it: a repository with its link, of a folder only the last name. */
  public static String link(String name) {
    return isRepository(name)
        ? "[%1$s](https://huggingface.co/%1$s)".formatted(name)
        : "`" + name.replaceAll(".*[/\\\\](?=[^/\\\\])", "").replace("`", "") + "`";
  }

  /** Whether a name is one of the Hub rather than of a folder here. */
  public static boolean isRepository(String name) {
    return name.matches("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*") && !Files.exists(Path.of(name));
  }
}
