package io.ingot.train.chat.jinja;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code '%s' % value}. */
final class PercentFormat {
  private static final Pattern FIELD =
      Pattern.compile("%(?:\\(([^)]*)\\))?([-+ #0]*)(\\*|\\d{0,6})(?:\\.(\\d{0,6}))?([a-zA-Z%])");

  private PercentFormat() {}

  static String format(String template, Object values) {
    List<Object> items = values instanceof Tuple t ? t.items() : List.of(values);
    boolean single = !(values instanceof Tuple);
    Matcher field = FIELD.matcher(template);
    StringBuilder out = new StringBuilder();
    int last = 0;
    int used = 0;
    while (field.find()) {
      if (template.substring(last, field.start()).indexOf('%') >= 0) {
        throw TemplateException.type("unsupported format character");
      }
      out.append(template, last, field.start());
      last = field.end();
      char type = field.group(5).charAt(0);
      if (type == '%') {
        out.append('%');
        continue;
      }
      Object value;
      if (field.group(1) != null) {
        if (!(values instanceof Map<?, ?> map)) {
          throw TemplateException.type("format requires a mapping");
        }
        value = Attributes.item(map, field.group(1));
        used = 1;
      } else {
        if (used >= items.size()) {
          throw TemplateException.type("not enough arguments for format string");
        }
        value = items.get(used++);
      }
      out.append(field(field, type, value));
    }
    if (template.indexOf('%', last) >= 0) {
      throw TemplateException.type("incomplete format");
    }
    // What can be indexed counts as a mapping, of which nothing needs to be used.
    boolean mapping = values instanceof Map<?, ?> || values instanceof List<?>;
    if (used < items.size() && !(single && mapping)) {
      throw TemplateException.type("not all arguments converted during string formatting");
    }
    return out.append(template.substring(last)).toString();
  }

  private static String field(Matcher field, char type, Object value) {
    String flags = field.group(2);
    String widthText = field.group(3);
    if (widthText.equals("*")) {
      throw TemplateException.type("a width of * is not supported");
    }
    int width = widthText.isEmpty() ? 0 : Integer.parseInt(widthText);
    String precisionText = field.group(4);
    int precision =
        precisionText == null ? -1 : precisionText.isEmpty() ? 0 : Integer.parseInt(precisionText);
    String text = FieldFormat.convert(type, value, precision);
    boolean number = "diuxXofFeEgG".indexOf(type) >= 0;
    if (number && !text.startsWith("-")) {
      text = flags.contains("+") ? "+" + text : flags.contains(" ") ? " " + text : text;
    }
    if (flags.contains("-")) {
      return FieldFormat.align(text, " ", '<', width);
    }
    return number && flags.contains("0")
        ? FieldFormat.align(text, "0", '=', width)
        : FieldFormat.align(text, " ", '>', width);
  }
}
