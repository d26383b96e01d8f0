package io.ingot.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;

/** The YAML block on top of a card, as the Hub's {@code cardData}. */
public final class CardFrontMatter {
  private static final Pattern BLOCK =
      Pattern.compile(
          "\\A\\uFEFF?---[ \\t]*\\r?\\n(.*?)^---[ \\t]*(?:\\r?\\n|\\z)",
          Pattern.DOTALL | Pattern.MULTILINE);
  private static final int LIMIT = 1 << 20;
  private static final YAMLMapper YAML = new YAMLMapper(factory());

  private CardFrontMatter() {}

  /** The mapping on top of the text; a missing node where there is none or it is broken. */
  public static JsonNode of(String card) {
    Matcher block = BLOCK.matcher(card);
    if (!block.find()) {
      return MissingNode.getInstance();
    }
    try {
      JsonNode node = YAML.readTree(block.group(1));
      return node != null && node.isObject() ? node : MissingNode.getInstance();
    } catch (IOException | RuntimeException e) {
      return MissingNode.getInstance();
    }
  }

  /** The node of a card without such a block. */
  public static JsonNode none() {
    return MissingNode.getInstance();
  }

  static JsonNode ofFile(Path file) {
    try (var in = Files.newInputStream(file)) {
      return of(new String(in.readNBytes(LIMIT), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  private static YAMLFactory factory() {
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(50);
    options.setNestingDepthLimit(50);
    options.setCodePointLimit(LIMIT);
    return YAMLFactory.builder().loaderOptions(options).build();
  }
}
