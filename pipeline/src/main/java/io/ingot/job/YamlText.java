package io.ingot.job;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.CollectionNode;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/** A bounded YAML text as nodes with positions; nothing is constructed from it. */
final class YamlText {
  private static final int BYTES = 1 << 20;
  private static final int NODES = 50_000;
  private static final int DEPTH = 40;
  private static final Pattern BARE_REFERENCE = Pattern.compile("[\\[{,:]\\s*\\$\\{");

  private YamlText() {}

  /**
   * The root node, or null where the text is no YAML, which is then among the problems.
   *
   * @throws IngotException NOT_FOUND when there is no such file
   */
  static @Nullable Node read(Path file, Problems problems) {
    Place top = new Place(file.toString(), 1, 1);
    String text;
    try {
      if (Files.isDirectory(file)) {
        throw IngotException.notFound(file + " is a folder; expected a job file");
      }
      if (Files.size(file) > BYTES) {
        problems.add(top, "", "is larger than 1 MiB, which no job file is");
        return null;
      }
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString();
    } catch (NoSuchFileException e) {
      throw IngotException.notFound("there is no file " + file);
    } catch (CharacterCodingException e) {
      problems.add(top, "", "is not UTF-8 text");
      return null;
    } catch (IOException e) {
      throw new IngotException(ErrorKind.FAILED, "cannot read " + file + ": " + e.getMessage(), e);
    }
    return parse(file.toString(), text, problems);
  }

  /** The root node of a text; {@code source} stands in its marks. */
  static @Nullable Node parse(String source, String text, Problems problems) {
    Place top = new Place(source, 1, 1);
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(DEPTH);
    options.setCodePointLimit(BYTES);
    options.setAllowRecursiveKeys(false);
    options.setMaxAliasesForCollections(1000);
    StreamReader reader = new NamedReader(source, text);
    try {
      Node root =
          new Composer(new ParserImpl(reader, options), new Resolver(), options).getSingleNode();
      if (root == null) {
        problems.add(top, "", "is empty");
        return null;
      }
      return bounded(root, problems, top) ? root : null;
    } catch (MarkedYAMLException e) {
      Place place = e.getProblemMark() == null ? top : Place.of(e.getProblemMark());
      problems.add(place, "", "not valid YAML: " + e.getProblem() + hint(text, e.getProblemMark()));
    } catch (YAMLException e) {
      problems.add(top, "", "not valid YAML: " + e.getMessage());
    }
    return null;
  }

  /** Braces mean something to YAML inside of {@code {}} and {@code []}. */
  private static String hint(String text, @Nullable Mark mark) {
    boolean bare =
        mark != null
            && text.lines()
                .skip(Math.max(0, mark.getLine() - 1))
                .limit(2)
                .anyMatch(line -> BARE_REFERENCE.matcher(line).find());
    return bare ? "; inside { } and [ ] a reference is written in quotes: \"${...}\"" : "";
  }

  /** The name of the source belongs into every mark. */
  private static final class NamedReader extends StreamReader {
    private final String source;

    NamedReader(String source, String text) {
      super(new StringReader(text.startsWith("\uFEFF") ? text.substring(1) : text));
      this.source = source;
    }

    @Override
    public Mark getMark() {
      Mark mark = super.getMark();
      return new Mark(
          source,
          mark.getIndex(),
          mark.getLine(),
          mark.getColumn(),
          mark.getBuffer(),
          mark.getPointer());
    }
  }

  /** Aliases make a small text a huge tree, or one without an end. */
  private static boolean bounded(Node root, Problems problems, Place top) {
    int[] left = {NODES};
    Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
    return bounded(root, left, open, problems, top);
  }

  private static boolean bounded(
      Node node, int[] left, Set<Node> open, Problems problems, Place top) {
    if (--left[0] < 0) {
      problems.add(top, "", "has more than " + NODES + " values once aliases are expanded");
      return false;
    }
    if (!node.getTag().getValue().startsWith("tag:yaml.org,2002:")
        || node.getTag().getValue().contains("java")
        || node.getTag().getValue().contains("python")) {
      problems.add(
          Place.of(node.getStartMark()), "", "tags such as " + node.getTag() + " are not allowed");
      return false;
    }
    if (!(node instanceof CollectionNode<?>)) {
      return true;
    }
    if (!open.add(node)) {
      problems.add(Place.of(node.getStartMark()), "", "an alias contains itself");
      return false;
    }
    boolean fine = true;
    if (node instanceof SequenceNode list) {
      for (Node item : list.getValue()) {
        fine = fine && bounded(item, left, open, problems, top);
      }
    } else if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        fine =
            fine
                && bounded(tuple.getKeyNode(), left, open, problems, top)
                && bounded(tuple.getValueNode(), left, open, problems, top);
      }
    }
    open.remove(node);
    return fine;
  }
}
