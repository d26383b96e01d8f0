package io.ingot.train.chat.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python's {@code '{}'.format(value)}: numbered, automatic and named fields, without attributes.
 */
final class BraceFormat {
  private static final Pattern FIELD =
      Pattern.compile("\\{\\{|\\}\\}|\\{([^{}:!]*)(?:!([rsa]))?(?::([^{}]*))?\\}|[{}]");
  private static final Pattern SPEC =
      Pattern.compile(
          "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{1,6})?([,_])?(?:\\.(\\d{1,6}))?([a-zA-Z%])?",
          Pattern.DOTALL);

  private BraceFormat() {}

  static String format(String template, Arguments arguments) {
    Matcher field = FIELD.matcher(template);
    StringBuilder out = new StringBuilder();
    int last = 0;
    int automatic = 0;
    while (field.find()) {
      out.append(template, last, field.start());
      last = field.end();
      String whole = field.group();
      if (whole.equals("{{") || whole.equals("}}")) {
        out.append(whole.charAt(0));
        continue;
      }
      if (whole.length() == 1) {
        throw TemplateException.type("Single '" + whole + "' encountered in format string");
      }
      String name = field.group(1);
      Object value = name.isEmpty() ? at(arguments, automatic++) : named(arguments, name);
      String conversion = field.group(2);
      if (conversion != null) {
        value = conversion.equals("s") ? Values.string(value) : Repr.of(value);
      }
      out.append(layout(value, field.group(3) == null ? "" : field.group(3)));
    }
    return out.append(template.substring(last)).toString();
  }

  private static Object at(Arguments arguments, int index) {
    if (index >= arguments.positional().size()) {
      throw TemplateException.type(
          "Replacement index " + index + " out of range for positional args tuple");
    }
    return arguments.positional().get(index);
  }

  private static Object named(Arguments arguments, String path) {
    Matcher parts = Pattern.compile("^[^.\\[]+|\\.([^.\\[]+)|\\[([^\\]]*)\\]").matcher(path);
    if (!parts.find()) {
      throw TemplateException.type("bad field name '" + path + "'");
    }
    String head = parts.group();
    Object value =
        head.chars().allMatch(Character::isDigit)
            ? at(arguments, Integer.parseInt(head))
            : arguments.named().get(head);
    if (value == null) {
      throw TemplateException.type("'" + head + "'");
    }
    while (parts.find()) {
      value =
          parts.group(1) != null
              ? Attributes.attribute(value, parts.group(1))
              : Attributes.item(value, key(parts.group(2)));
    }
    return value;
  }

  private static Object key(String text) {
    return !text.isEmpty() && text.length() < 10 && text.chars().allMatch(Character::isDigit)
        ? (Object) Long.parseLong(text)
        : text;
  }

  private static String layout(Object value, String text) {
    Matcher spec = SPEC.matcher(text);
    if (!spec.matches()) {
      throw TemplateException.type("Invalid format specifier");
    }
    boolean number = Numbers.is(value) && !(value instanceof Boolean && spec.group(9) == null);
    char type =
        spec.group(9) != null
            ? spec.group(9).charAt(0)
            : number && !(value instanceof Double)
                ? 'd'
                : spec.group(8) != null && number ? 'g' : 's';
    int precision = spec.group(8) == null ? -1 : Integer.parseInt(spec.group(8));
    String converted = FieldFormat.convert(type, value, precision);
    if (spec.group(7) != null) {
      converted = grouped(converted, spec.group(7));
    }
    if (number && spec.group(3) != null && !converted.startsWith("-")) {
      converted = spec.group(3).equals("-") ? converted : spec.group(3) + converted;
    }
    int width = spec.group(6) == null ? 0 : Integer.parseInt(spec.group(6));
    boolean zero = spec.group(5) != null;
    String fill = spec.group(1) != null ? spec.group(1) : zero ? "0" : " ";
    char how = spec.group(2) != null ? spec.group(2).charAt(0) : zero ? '=' : number ? '>' : '<';
    return FieldFormat.align(converted, fill, how, width);
  }

  private static String grouped(String number, String separator) {
    int point = number.indexOf('.');
    String whole = point < 0 ? number : number.substring(0, point);
    return whole.replaceAll("(?<=\\d)(?=(\\d{3})+$)", separator)
        + (point < 0 ? "" : number.substring(point));
  }
}
