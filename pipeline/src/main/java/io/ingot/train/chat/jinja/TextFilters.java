package io.ingot.train.chat.jinja;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters that yield text. */
final class TextFilters {
  private static final Pattern WORD_START = Pattern.compile("[-\\s({\\[<]+");
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]+");

  private TextFilters() {}

  static void register(Map<String, Filter> filters) {
    filters.put("string", (v, a) -> v instanceof Markup ? v : Values.string(v));
    filters.put("upper", (v, a) -> Operators.like(v, Values.string(v).toUpperCase(Locale.ROOT)));
    filters.put("lower", (v, a) -> Operators.like(v, Values.string(v).toLowerCase(Locale.ROOT)));
    filters.put("capitalize", (v, a) -> StringMethods.capitalize(Values.string(v)));
    filters.put("title", (v, a) -> title(Values.string(v)));
    filters.put("trim", TextFilters::trim);
    filters.put("replace", TextFilters::replace);
    filters.put("indent", TextFilters::indent);
    filters.put("truncate", TextFilters::truncate);
    filters.put("center", TextFilters::center);
    filters.put("wordcount", (v, a) -> WORD.matcher(Values.string(v)).results().count());
    filters.put("format", TextFilters::format);
    filters.put("safe", (v, a) -> v instanceof Markup ? v : new Markup(Values.string(v)));
    filters.put("escape", (v, a) -> new Markup(Markup.escaped(v)));
    filters.put("e", (v, a) -> new Markup(Markup.escaped(v)));
    filters.put("forceescape", (v, a) -> new Markup(Markup.escape(Values.string(v))));
    filters.put("striptags", (v, a) -> stripTags(Values.string(v)));
    filters.put("urlencode", (v, a) -> urlEncode(v));
    filters.put("tojson", TextFilters::toJson);
    filters.put("pprint", (v, a) -> Repr.of(v));
  }

  private static String title(String text) {
    StringBuilder out = new StringBuilder();
    Matcher separator = WORD_START.matcher(text);
    int last = 0;
    while (separator.find()) {
      titleWord(out, text.substring(last, separator.start()));
      out.append(separator.group());
      last = separator.end();
    }
    titleWord(out, text.substring(last));
    return out.toString();
  }

  private static void titleWord(StringBuilder out, String word) {
    if (!word.isEmpty()) {
      int first = word.offsetByCodePoints(0, 1);
      out.append(word.substring(0, first).toUpperCase(Locale.ROOT));
      out.append(word.substring(first).toLowerCase(Locale.ROOT));
    }
  }

  private static Object trim(Object value, Arguments a) {
    String text = Values.string(value);
    Object characters = a.accept("trim", "chars").get(0, "chars", None.NONE);
    String trimmed =
        characters == None.NONE
            ? Text.leftStripped(Text.rightStripped(text))
            : Text.stripped(text, Values.string(characters), true, true);
    return Operators.like(value, trimmed);
  }

  private static Object replace(Object value, Arguments a) {
    a.accept("replace", "old", "new", "count");
    Object count = a.get(2, "count", None.NONE);
    return StringMethods.replace(
        Values.string(value),
        Values.string(a.require("replace", 0, "old")),
        Values.string(a.require("replace", 1, "new")),
        count == None.NONE ? -1 : Numbers.index(count));
  }

  private static Object indent(Object value, Arguments a) {
    a.accept("indent", "width", "first", "blank");
    if (value instanceof Undefined u) {
      throw u.error();
    }
    if (!Values.isString(value)) {
      throw TemplateException.type(
          "unsupported operand type(s) for +=: '" + Values.typeName(value) + "' and 'str'");
    }
    Object width = a.get(0, "width", 4L);
    String margin =
        Values.isString(width)
            ? width.toString()
            : " ".repeat((int) Math.clamp(Numbers.index(width), 0, 10_000));
    boolean blank = a.truth(2, "blank", false);
    List<String> lines = Text.lines(Values.string(value) + "\n");
    StringBuilder out = new StringBuilder(a.truth(1, "first", false) ? margin : "");
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (i > 0) {
        out.append('\n').append(blank || !line.isEmpty() ? margin : "");
      }
      out.append(line);
    }
    return Operators.like(value, out.toString());
  }

  private static Object truncate(Object value, Arguments a) {
    a.accept("truncate", "length", "killwords", "end", "leeway");
    int length = (int) Math.clamp(a.integer(0, "length", 255), 0, Integer.MAX_VALUE);
    String end = a.string(2, "end", "...");
    Object leeway = a.get(3, "leeway", None.NONE);
    long more = leeway == None.NONE ? 5 : Numbers.index(leeway);
    if (Values.length(value) <= length + more) {
      return value;
    }
    String text = Values.string(value);
    int keep = Math.max(0, length - Text.length(end));
    String cut = text.substring(0, text.offsetByCodePoints(0, keep));
    if (!a.truth(1, "killwords", false)) {
      int space = cut.lastIndexOf(' ');
      cut = space < 0 ? cut : cut.substring(0, space);
    }
    return cut + end;
  }

  private static Object center(Object value, Arguments a) {
    int width = (int) Math.clamp(a.integer(0, "width", 80), 0, 10_000);
    String text = Values.string(value);
    int missing = Math.max(0, width - Text.length(text));
    int left = missing / 2 + (missing & width & 1);
    return " ".repeat(left) + text + " ".repeat(missing - left);
  }

  private static Object format(Object value, Arguments a) {
    if (!a.positional().isEmpty() && !a.named().isEmpty()) {
      throw TemplateException.type(
          "can't handle positional and keyword arguments at the same time");
    }
    Object values = a.named().isEmpty() ? new Tuple(a.positional()) : a.named();
    return PercentFormat.format(Values.string(value), values);
  }

  private static String stripTags(String text) {
    String plain = text.replaceAll("(?s)<!--.*?-->", "").replaceAll("<[^>]*>", "");
    plain = plain.strip().replaceAll("\\s+", " ");
    return plain
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
  }

  private static String urlEncode(Object value) {
    if (value instanceof Map<?, ?> map) {
      List<String> parts = new ArrayList<>();
      map.forEach((k, v) -> parts.add(quotePlus(k) + "=" + quotePlus(v)));
      return String.join("&", parts);
    }
    if (Values.isIterable(value) && !Values.isString(value)) {
      List<String> parts = new ArrayList<>();
      for (Object pair : Values.iterate(value)) {
        List<Object> two = Values.iterate(pair);
        if (two.size() != 2) {
          throw TemplateException.type("urlencode expects pairs");
        }
        parts.add(quotePlus(two.get(0)) + "=" + quotePlus(two.get(1)));
      }
      return String.join("&", parts);
    }
    return quote(Values.string(value)).replace("%2F", "/");
  }

  /** In a query a space is a plus. */
  private static String quotePlus(Object value) {
    return quote(Values.string(value)).replace("%20", "+");
  }

  private static String quote(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static Object toJson(Object value, Arguments a) {
    a.accept("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
    @Nullable String indent = level(a.get(1, "indent", None.NONE));
    String items = indent == null ? ", " : ",";
    String keys = ": ";
    Object separators = a.get(2, "separators", None.NONE);
    if (separators != None.NONE) {
      List<Object> pair = Values.iterate(separators);
      if (pair.size() != 2) {
        throw TemplateException.type("separators must be a pair");
      }
      items = Values.string(pair.get(0));
      keys = Values.string(pair.get(1));
    }
    boolean ascii = a.truth(0, "ensure_ascii", false);
    boolean sorted = a.truth(3, "sort_keys", false);
    return new JsonText(ascii, indent, items, keys, sorted).write(value);
  }

  private static @Nullable String level(Object indent) {
    if (indent == None.NONE) {
      return null;
    }
    return Values.isString(indent)
        ? indent.toString()
        : " ".repeat((int) Math.clamp(Numbers.index(indent), 0, 100));
  }
}
