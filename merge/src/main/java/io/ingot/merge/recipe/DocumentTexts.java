package io.ingot.merge.recipe;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;

/** Cuts a YAML text into the texts of its documents, comments included. */
final class DocumentTexts {
  private DocumentTexts() {}

  /**
   * One text per document; a single document keeps the whole text as it is.
   *
   * @param text valid YAML
   */
  static List<String> split(String text) {
    List<Integer> markers = new ArrayList<>();
    int count = 0;
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(YamlDocuments.LONGEST);
    for (Event event : new Yaml(options).parse(new StringReader(text))) {
      if (event instanceof DocumentStartEvent start) {
        count++;
        if (start.getExplicit()) {
          markers.add(start.getStartMark().getLine());
        }
      }
    }
    if (count <= 1) {
      return List.of(text);
    }
    String[] lines = text.split("(?<=\n)", -1);
    List<String> texts = new ArrayList<>();
    // What stands before the first marker is a document only when there are more than markers.
    int from = count > markers.size() ? 0 : markers.removeFirst();
    for (int marker : markers) {
      texts.add(part(lines, from, marker));
      from = marker;
    }
    texts.add(part(lines, from, lines.length));
    return texts;
  }

  /** Lines without the marker that begins and the one that ends a document. */
  private static String part(String[] lines, int from, int to) {
    StringBuilder part = new StringBuilder();
    for (int i = from; i < to; i++) {
      String line = lines[i];
      if (i == from && line.startsWith("---")) {
        line = line.substring(3).stripLeading();
      }
      if (!line.stripTrailing().equals("...")) {
        part.append(line);
      }
    }
    return part.toString();
  }
}
