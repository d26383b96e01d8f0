package io.ingot.gguf.convert;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a model's name tells, e.g. {@code org/Base-8B-Instruct-v0.1}: the heuristics of gguf-py's
 * metadata.py.
 */
record ModelNameParts(
    @Nullable String name,
    @Nullable String organization,
    @Nullable String basename,
    @Nullable String finetune,
    @Nullable String version,
    @Nullable String sizeLabel) {
  private enum Label {
    BASENAME,
    SIZE,
    FINETUNE,
    VERSION,
    TYPE
  }

  private static final Pattern VERSION = ignoringCase("(v|iter)?\\d+([.]\\d+)*");
  private static final Pattern TYPE = ignoringCase("i?q\\d(_\\w)*|b?fp?(16|32)");
  private static final Pattern SIZE =
      ignoringCase("(([A]|\\d+[x])?\\d+([._]\\d+)?[KMBT][\\d]?|small|mini|medium|large|x?xl)");
  private static final Pattern FINETUNE = ignoringCase("chat|instruct|vision|lora");
  private static final Pattern NO_TITLE = Pattern.compile("^(v\\d+(?:\\.\\d+)*|\\d.*)$");

  private static Pattern ignoringCase(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }

  static ModelNameParts of(String id, long totalParameters) {
    if (id.contains(" ")) {
      return new ModelNameParts(id, null, null, null, null, null);
    }
    String organization = null;
    String fullName = id;
    int slash = id.indexOf('/');
    if (slash >= 0) {
      organization = id.substring(0, slash);
      fullName = id.substring(slash + 1);
    }
    if (organization != null && organization.startsWith(".")) {
      organization = null;
    }
    List<String> parts = new ArrayList<>();
    for (String part : fullName.split("-")) {
      if (!part.isEmpty()) {
        parts.add(part);
      }
    }
    List<Set<Label>> labels = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      labels.add(label(parts, i, totalParameters));
    }
    dropWordSizes(parts, labels);
    findBasename(parts, labels);
    String basename = join(parts, labels, Label.BASENAME);
    String finetune = join(parts, labels, Label.FINETUNE);
    String version = versions(parts, labels);
    String size = sizes(parts, labels);
    if (size == null && finetune == null && version == null) {
      basename = null;
    }
    return new ModelNameParts(fullName, organization, basename, finetune, version, size);
  }

  private static Set<Label> label(List<String> parts, int i, long totalParameters) {
    Set<Label> labels = EnumSet.noneOf(Label.class);
    String part = parts.get(i);
    if (VERSION.matcher(part).matches()) {
      labels.add(Label.VERSION);
    } else if (TYPE.matcher(part).matches()) {
      labels.add(Label.TYPE);
      parts.set(i, part.toUpperCase(Locale.ROOT));
    } else if (i > 0 && SIZE.matcher(part).matches()) {
      String size = normalized(part);
      if (isFarFrom(size, totalParameters)) {
        labels.add(Label.FINETUNE);
        int last = size.length() - 1;
        size = size.substring(0, last) + size.substring(last).toLowerCase(Locale.ROOT);
      }
      if (labels.isEmpty()) {
        labels.add(Label.SIZE);
      }
      parts.set(i, size);
    } else if (i > 0 && FINETUNE.matcher(part).matches()) {
      labels.add(Label.FINETUNE);
    }
    return labels;
  }

  private static String normalized(String part) {
    String size = part.replace('_', '.');
    int last = size.length() - 1;
    if (Character.isDigit(size.charAt(last))) {
      // bloom-7b1
      size = size.substring(0, last - 1) + "." + size.charAt(last) + size.charAt(last - 1);
      last = size.length() - 1;
    }
    if (last > 0
        && Character.isDigit(size.charAt(last - 1))
        && "kmbt".indexOf(size.charAt(last)) >= 0) {
      size = size.substring(0, last) + Character.toUpperCase(size.charAt(last));
    }
    return size;
  }

  private static boolean isFarFrom(String size, long totalParameters) {
    if (totalParameters == 0) {
      return false;
    }
    int last = size.length() - 1;
    double number;
    try {
      number = Double.parseDouble(size.substring(0, last));
    } catch (NumberFormatException e) {
      return false;
    }
    int power = " KMBT".indexOf(size.charAt(last));
    double parameters = number * Math.pow(1000, power);
    return Math.abs(parameters - totalParameters) > Math.floorDiv(7 * totalParameters, 8L);
  }

  private static void dropWordSizes(List<String> parts, List<Set<Label>> labels) {
    boolean numeric =
        IntStream.range(0, parts.size())
            .filter(i -> labels.get(i).contains(Label.SIZE))
            .anyMatch(i -> parts.get(i).chars().anyMatch(Character::isDigit));
    if (numeric) {
      for (int i = 0; i < parts.size(); i++) {
        if (parts.get(i).chars().allMatch(Character::isLetter)) {
          labels.get(i).remove(Label.SIZE);
        }
      }
    }
  }

  private static void findBasename(List<String> parts, List<Set<Label>> labels) {
    boolean atStart = true;
    for (int i = 0; i < parts.size(); i++) {
      Set<Label> label = labels.get(i);
      if (atStart
          && (label.isEmpty() && Character.isLetter(parts.get(i).codePointAt(0))
              || label.contains(Label.VERSION))) {
        label.add(Label.BASENAME);
      } else {
        atStart = false;
        if (label.isEmpty()) {
          label.add(Label.FINETUNE);
        }
      }
    }
    for (int i = parts.size() - 1; i >= 0; i--) {
      Set<Label> label = labels.get(i);
      if (!label.contains(Label.BASENAME) || label.size() <= 1) {
        break;
      }
      label.remove(Label.BASENAME);
    }
  }

  private static @Nullable String join(List<String> parts, List<Set<Label>> labels, Label label) {
    return emptyToNull(
        IntStream.range(0, parts.size())
            .filter(i -> labels.get(i).contains(label))
            .mapToObj(parts::get)
            .collect(Collectors.joining("-")));
  }

  private static @Nullable String versions(List<String> parts, List<Set<Label>> labels) {
    return emptyToNull(
        IntStream.range(0, parts.size())
            .filter(i -> labels.get(i).contains(Label.VERSION))
            .filter(i -> !labels.get(i).contains(Label.BASENAME))
            .mapToObj(parts::get)
            .collect(Collectors.joining("-")));
  }

  private static @Nullable String sizes(List<String> parts, List<Set<Label>> labels) {
    Set<String> unique = new LinkedHashSet<>();
    for (int i = 0; i < parts.size(); i++) {
      if (labels.get(i).contains(Label.SIZE)) {
        unique.add(parts.get(i));
      }
    }
    return emptyToNull(String.join("-", unique));
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }

  /** {@code support-desk} becomes {@code Support Desk}; versions and acronyms stay. */
  static String title(String id) {
    List<String> words = new ArrayList<>();
    for (String word : id.strip().replace('-', ' ').split("\\s+")) {
      words.add(isLower(word) && !NO_TITLE.matcher(word).matches() ? titleCase(word) : word);
    }
    return String.join(" ", words).strip();
  }

  Optional<String> titledName() {
    return Optional.ofNullable(name).map(ModelNameParts::title);
  }

  Optional<String> titledOrganization() {
    return Optional.ofNullable(organization).map(ModelNameParts::title);
  }

  Optional<String> repositoryUrl() {
    return organization == null || name == null
        ? Optional.empty()
        : Optional.of("https://huggingface.co/" + organization + "/" + name);
  }

  /** Python's str.islower: at least one cased letter, none of them upper case. */
  private static boolean isLower(String word) {
    return word.codePoints().anyMatch(Character::isLowerCase)
        && word.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  /** Python's str.title: a letter after a non-letter is capital, the others are small. */
  private static String titleCase(String word) {
    StringBuilder out = new StringBuilder();
    boolean[] inside = {false};
    word.codePoints()
        .forEach(
            c -> {
              out.appendCodePoint(inside[0] ? Character.toLowerCase(c) : Character.toTitleCase(c));
              inside[0] =
                  Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c);
            });
    return Objects.requireNonNull(out.toString());
  }
}
