package io.ingot.train.chat.jinja;

/** Backslash escapes of string literals, as Python's {@code unicode-escape} codec reads them. */
final class StringEscapes {
  private StringEscapes() {}

  static String resolve(String body, int line) {
    if (body.indexOf('\\') < 0) {
      return body;
    }
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < body.length()) {
      char c = body.charAt(i++);
      if (c != '\\' || i == body.length()) {
        out.append(c);
        continue;
      }
      char kind = body.charAt(i++);
      switch (kind) {
        case '\n' -> {}
        case 'n' -> out.append('\n');
        case 't' -> out.append('\t');
        case 'r' -> out.append('\r');
        case 'a' -> out.append('\u0007');
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'v' -> out.append('\u000b');
        case '\\', '\'', '"' -> out.append(kind);
        case 'x' -> i = hex(body, i, 2, out, line);
        case 'u' -> i = hex(body, i, 4, out, line);
        case 'U' -> i = hex(body, i, 8, out, line);
        case '0', '1', '2', '3', '4', '5', '6', '7' -> {
          int end = i;
          while (end < body.length()
              && end < i + 2
              && body.charAt(end) >= '0'
              && body.charAt(end) <= '7') {
            end++;
          }
          out.append((char) Integer.parseInt(body.substring(i - 1, end), 8));
          i = end;
        }
        default -> out.append('\\').append(kind);
      }
    }
    return out.toString();
  }

  private static int hex(String body, int from, int digits, StringBuilder out, int line) {
    try {
      out.appendCodePoint(Integer.parseInt(body.substring(from, from + digits), 16));
      return from + digits;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw TemplateException.syntax("invalid escape in a string", line);
    }
  }
}
