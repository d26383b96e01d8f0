package io.ingot.train.chat.jinja;

import java.util.ArrayList;
import java.util.List;

/** Python's view of strings: code points, and its own idea of white space and lines. */
final class Text {
  private Text() {}

  /** Whether {@code str.isspace} says so. */
  static boolean isSpace(int c) {
    return (c >= 0x9 && c <= 0xd)
        || (c >= 0x1c && c <= 0x20)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  /** Whether there is white space only, and some, from an index on. */
  static boolean isBlank(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (!isSpace(text.charAt(i))) {
        return false;
      }
    }
    return from < text.length();
  }

  static String rightStripped(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  static String leftStripped(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }

  /** Strips any of these characters. */
  static String stripped(String text, String characters, boolean left, boolean right) {
    int[] points = text.codePoints().toArray();
    int start = 0;
    int end = points.length;
    while (left && start < end && characters.indexOf(points[start]) >= 0) {
      start++;
    }
    while (right && end > start && characters.indexOf(points[end - 1]) >= 0) {
      end--;
    }
    return new String(points, start, end - start);
  }

  /** Number of code points. */
  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Each code point as a string. */
  static List<Object> characters(String text) {
    List<Object> result = new ArrayList<>(text.length());
    text.codePoints().forEach(c -> result.add(Character.toString(c)));
    return result;
  }

  /** Python's {@code splitlines}. */
  static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c >= 0xa && c <= 0xd)
          || (c >= 0x1c && c <= 0x1e)
          || c == 0x85
          || c == 0x2028
          || c == 0x2029) {
        lines.add(text.substring(start, i));
        if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
          i++;
        }
        start = i + 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }
}
