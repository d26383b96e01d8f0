package io.ingot.train.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/** The methods of Python's {@code str} that do not change anything (none does). */
final class StringMethods {
  private StringMethods() {}

  /** The method of this name, bound to the text; what it returns is marked up like its origin. */
  static Optional<Object> find(Object text, String name) {
    String s = text.toString();
    Function method = find(s, name);
    if (method == null) {
      return Optional.empty();
    }
    Function marked = a -> mark(text, method.call(a));
    return Optional.of(text instanceof Markup ? marked : method);
  }

  private static Object mark(Object origin, Object result) {
    return switch (result) {
      case String s -> Operators.like(origin, s);
      case List<?> l -> l.stream().map(i -> mark(origin, i)).collect(Collectors.toList());
      default -> result;
    };
  }

  private static @org.jspecify.annotations.Nullable Function find(String s, String name) {
    return switch (name) {
      case "strip" -> a -> strip(s, a, true, true);
      case "lstrip" -> a -> strip(s, a, true, false);
      case "rstrip" -> a -> strip(s, a, false, true);
      case "split" -> a -> split(s, a, false);
      case "rsplit" -> a -> split(s, a, true);
      case "splitlines" -> a -> new ArrayList<Object>(Text.lines(s));
      case "startswith" -> a -> affix(a, "startswith", s::startsWith);
      case "endswith" -> a -> affix(a, "endswith", s::endsWith);
      case "upper" -> a -> s.toUpperCase(Locale.ROOT);
      case "lower", "casefold" -> a -> s.toLowerCase(Locale.ROOT);
      case "title" -> a -> title(s);
      case "capitalize" -> a -> capitalize(s);
      case "swapcase" -> a -> swapCase(s);
      case "replace" ->
          a -> replace(s, text(a, "replace", 0), text(a, "replace", 1), a.integer(2, "count", -1));
      case "join" -> a -> join(s, a.require("join", 0, "iterable"));
      case "find" -> a -> points(s, s.indexOf(text(a, "find", 0), unit(s, a)));
      case "rfind" -> a -> points(s, s.lastIndexOf(text(a, "rfind", 0)));
      case "index" -> a -> found(points(s, s.indexOf(text(a, "index", 0), unit(s, a))));
      case "rindex" -> a -> found(points(s, s.lastIndexOf(text(a, "rindex", 0))));
      case "count" -> a -> count(s, text(a, "count", 0));
      case "format" -> a -> BraceFormat.format(s, a);
      case "removeprefix" -> a -> cut(s, text(a, "removeprefix", 0), true);
      case "removesuffix" -> a -> cut(s, text(a, "removesuffix", 0), false);
      case "partition" -> a -> partition(s, text(a, "partition", 0), false);
      case "rpartition" -> a -> partition(s, text(a, "rpartition", 0), true);
      case "zfill" -> a -> zeroFill(s, a.integer(0, "width", 0));
      case "center" -> a -> pad(s, a, 'c');
      case "ljust" -> a -> pad(s, a, 'l');
      case "rjust" -> a -> pad(s, a, 'r');
      case "expandtabs" -> a -> s.replace("\t", " ".repeat(8));
      case "isdigit", "isdecimal", "isnumeric" -> a -> all(s, Character::isDigit);
      case "isalpha" -> a -> all(s, Character::isLetter);
      case "isalnum" -> a -> all(s, Character::isLetterOrDigit);
      case "isspace" -> a -> all(s, Text::isSpace);
      case "isupper" -> a -> cased(s, Character::isUpperCase, Character::isLowerCase);
      case "islower" -> a -> cased(s, Character::isLowerCase, Character::isUpperCase);
      case "istitle" -> a -> s.equals(title(s)) && s.codePoints().anyMatch(Character::isLetter);
      case "isascii" -> a -> s.codePoints().allMatch(c -> c < 128);
      case "isidentifier" -> a -> s.matches("[\\p{L}_][\\p{L}\\p{Nd}_]*");
      default -> null;
    };
  }

  private static String text(Arguments a, String method, int index) {
    Object value = a.require(method, index, "string");
    if (value instanceof Undefined u) {
      throw u.error();
    }
    if (!Values.isString(value)) {
      throw TemplateException.type("must be str, not " + Values.typeName(value));
    }
    return value.toString();
  }

  private static String strip(String s, Arguments a, boolean left, boolean right) {
    Object characters = a.get(0, "chars", None.NONE);
    if (characters == None.NONE) {
      String half = left ? Text.leftStripped(s) : s;
      return right ? Text.rightStripped(half) : half;
    }
    return Text.stripped(s, text(a, "strip", 0), left, right);
  }

  private static List<Object> split(String s, Arguments a, boolean fromRight) {
    long most = a.integer(1, "maxsplit", -1);
    Object separator = a.get(0, "sep", None.NONE);
    List<Object> parts =
        separator == None.NONE
            ? splitBlanks(s, most, fromRight)
            : splitBy(
                s,
                text(a.find(0, "sep").map(Arguments::of).orElse(a), "split", 0),
                most,
                fromRight);
    return parts;
  }

  private static List<Object> splitBy(String s, String separator, long most, boolean fromRight) {
    if (separator.isEmpty()) {
      throw TemplateException.type("empty separator");
    }
    List<Object> parts = new ArrayList<>();
    String rest = s;
    while (most < 0 || parts.size() < most) {
      int at = fromRight ? rest.lastIndexOf(separator) : rest.indexOf(separator);
      if (at < 0) {
        break;
      }
      parts.add(fromRight ? rest.substring(at + separator.length()) : rest.substring(0, at));
      rest = fromRight ? rest.substring(0, at) : rest.substring(at + separator.length());
    }
    parts.add(rest);
    return fromRight ? parts.reversed() : parts;
  }

  private static List<Object> splitBlanks(String s, long most, boolean fromRight) {
    List<Object> parts = new ArrayList<>();
    String rest = fromRight ? Text.rightStripped(s) : Text.leftStripped(s);
    while (!rest.isEmpty()) {
      if (most >= 0 && parts.size() >= most) {
        parts.add(fromRight ? Text.leftStripped(rest) : Text.rightStripped(rest));
        break;
      }
      int cut = fromRight ? rest.length() : 0;
      if (fromRight) {
        while (cut > 0 && !Text.isSpace(rest.charAt(cut - 1))) {
          cut--;
        }
        parts.add(rest.substring(cut));
        rest = Text.rightStripped(rest.substring(0, cut));
      } else {
        while (cut < rest.length() && !Text.isSpace(rest.charAt(cut))) {
          cut++;
        }
        parts.add(rest.substring(0, cut));
        rest = Text.leftStripped(rest.substring(cut));
      }
    }
    return fromRight ? new ArrayList<>(parts.reversed()) : parts;
  }

  private static boolean affix(
      Arguments a, String method, java.util.function.Predicate<String> test) {
    Object wanted = a.require(method, 0, "prefix");
    if (wanted instanceof Tuple t) {
      return t.items().stream().anyMatch(i -> test.test(text(Arguments.of(i), method, 0)));
    }
    if (!Values.isString(wanted)) {
      throw TemplateException.type(
          method + " first arg must be str or a tuple of str, not " + Values.typeName(wanted));
    }
    return test.test(wanted.toString());
  }

  /** A title-cased letter behind everything that is no letter. */
  static String title(String s) {
    StringBuilder out = new StringBuilder();
    boolean inWord = false;
    for (int c : s.codePoints().toArray()) {
      boolean cased = Character.isLetter(c);
      if (cased && !inWord) {
        out.append(titleCase(c));
      } else if (cased) {
        out.append(Character.toString(c).toLowerCase(Locale.ROOT));
      } else {
        out.appendCodePoint(c);
      }
      inWord = cased;
    }
    return out.toString();
  }

  private static String titleCase(int c) {
    int title = Character.toTitleCase(c);
    if (title == c && Character.isLowerCase(c)) {
      String upper = Character.toString(c).toUpperCase(Locale.ROOT);
      int first = upper.offsetByCodePoints(0, 1);
      return upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
    }
    return Character.toString(title);
  }

  static String capitalize(String s) {
    if (s.isEmpty()) {
      return s;
    }
    int first = s.offsetByCodePoints(0, 1);
    return titleCase(s.codePointAt(0)) + s.substring(first).toLowerCase(Locale.ROOT);
  }

  private static String swapCase(String s) {
    return s.codePoints()
        .mapToObj(Character::toString)
        .map(
            c ->
                Character.isUpperCase(c.codePointAt(0))
                    ? c.toLowerCase(Locale.ROOT)
                    : c.toUpperCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  static String replace(String s, String old, String with, long count) {
    if (count < 0) {
      if (with.length() > old.length()) {
        bounded(s, old, with);
      }
      return s.replace(old, with);
    }
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (long i = 0; i < count; i++) {
      int at = s.indexOf(old, from);
      if (at < 0 || (old.isEmpty() && from >= s.length())) {
        break;
      }
      out.append(s, from, at).append(with);
      from = at + old.length();
      if (old.isEmpty()) {
        out.append(s.charAt(from++));
      }
    }
    return out.append(s, from, s.length()).toString();
  }

  private static void bounded(String s, String old, String with) {
    long pieces = old.isEmpty() ? s.length() + 1L : s.length() / old.length() + 1L;
    if (pieces * with.length() + s.length() > 64L * Template.MOST_OUTPUT) {
      throw TemplateException.limit("a text is longer than " + Template.MOST_OUTPUT);
    }
  }

  private static String join(String separator, Object iterable) {
    StringBuilder out = new StringBuilder();
    int i = 0;
    for (Object item : Values.iterate(iterable)) {
      if (!Values.isString(item)) {
        throw TemplateException.type(
            "sequence item " + i + ": expected str instance, " + Values.typeName(item) + " found");
      }
      out.append(i++ == 0 ? "" : separator).append(item);
    }
    return out.toString();
  }

  private static int unit(String s, Arguments a) {
    long start = a.integer(1, "start", 0);
    long size = Text.length(s);
    long at = Math.clamp(start < 0 ? start + size : start, 0, size);
    return s.offsetByCodePoints(0, (int) at);
  }

  private static long points(String s, int unit) {
    return unit < 0 ? -1 : s.codePointCount(0, unit);
  }

  private static long found(long at) {
    if (at < 0) {
      throw TemplateException.type("substring not found");
    }
    return at;
  }

  private static long count(String s, String part) {
    if (part.isEmpty()) {
      return Text.length(s) + 1L;
    }
    long count = 0;
    for (int at = s.indexOf(part); at >= 0; at = s.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }

  private static String cut(String s, String affix, boolean front) {
    if (front) {
      return s.startsWith(affix) ? s.substring(affix.length()) : s;
    }
    return !affix.isEmpty() && s.endsWith(affix) ? s.substring(0, s.length() - affix.length()) : s;
  }

  private static Tuple partition(String s, String separator, boolean last) {
    int at = last ? s.lastIndexOf(separator) : s.indexOf(separator);
    if (at < 0) {
      return last ? Tuple.of("", "", s) : Tuple.of(s, "", "");
    }
    return Tuple.of(s.substring(0, at), separator, s.substring(at + separator.length()));
  }

  private static String zeroFill(String s, long width) {
    int missing = missing(s, width);
    boolean signed = s.startsWith("-") || s.startsWith("+");
    return signed ? s.charAt(0) + "0".repeat(missing) + s.substring(1) : "0".repeat(missing) + s;
  }

  private static int missing(String s, long width) {
    if (width > Template.MOST_OUTPUT) {
      throw TemplateException.limit("a text is longer than " + Template.MOST_OUTPUT);
    }
    return (int) Math.max(0, width - Text.length(s));
  }

  private static String pad(String s, Arguments a, char side) {
    long width = a.integer(0, "width", 0);
    int missing = missing(s, width);
    String fill = a.string(1, "fillchar", " ");
    int left =
        switch (side) {
          case 'l' -> 0;
          case 'r' -> missing;
          default -> missing / 2 + (int) (missing & width & 1);
        };
    return fill.repeat(left) + s + fill.repeat(missing - left);
  }

  private static boolean all(String s, IntPredicate test) {
    return !s.isEmpty() && s.codePoints().allMatch(test);
  }

  private static boolean cased(String s, IntPredicate wanted, IntPredicate other) {
    return s.codePoints().anyMatch(wanted) && s.codePoints().noneMatch(other);
  }
}
