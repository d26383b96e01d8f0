package io.ingot.train.chat.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with Jinja2's rules for white space: {@code -} strips, {@code +}
 * keeps, a line break behind a block tag is dropped (trim_blocks), blanks between the start of a
 * line and a block tag too (lstrip_blocks); one line break at the very end is dropped.
 */
final class Lexer {
  private static final Pattern NEWLINE = Pattern.compile("\r\n|\r");
  private static final Pattern RAW_BEGIN =
      Pattern.compile("\\{%([-+]?)\\s*raw\\s*(?:-%\\}\\s*|%\\})");
  private static final Pattern RAW_END =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)");
  private static final Pattern COMMENT_END = Pattern.compile("(?:\\+#\\}|-#\\}\\s*|#\\}\\n?)");
  private static final Pattern VARIABLE_END = Pattern.compile("-\\}\\}\\s*|\\}\\}");
  private static final Pattern BLOCK_END = Pattern.compile("\\+%\\}|-%\\}\\s*|%\\}\\n?");
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?<!\\.)(\\d+_)*\\d+((\\.(\\d+_)*\\d+)?[eE][+\\-]?(\\d+_)*\\d+|\\.(\\d+_)*\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](_?[0-1])+|0[oO](_?[0-7])+|0[xX](_?[\\da-fA-F])+|[1-9](_?\\d)*|0(_?0)*");
  private static final Pattern NAME =
      Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Nd}\\p{Mn}\\p{Mc}\\p{Pc}]*");
  private static final Pattern STRING =
      Pattern.compile(
          "'([^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+)'|\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"",
          Pattern.DOTALL);
  private static final Pattern OPERATOR =
      Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private boolean lineStarting = true;

  private Lexer(String source) {
    this.source = source;
  }

  /** Tokens of a template, the last one {@link Token.Type#END}. */
  static List<Token> tokens(String template) {
    String source = NEWLINE.matcher(template).replaceAll("\n");
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int begin = nextTag();
      if (begin < 0) {
        data(source.substring(at));
        at = source.length();
        break;
      }
      tag(begin);
    }
    tokens.add(new Token(Token.Type.END, "", line));
  }

  private int nextTag() {
    for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private void tag(int begin) {
    char kind = source.charAt(begin + 1);
    char sign = begin + 2 < source.length() ? source.charAt(begin + 2) : ' ';
    data(stripped(source.substring(at, begin), sign, kind != '{'));
    Matcher raw = RAW_BEGIN.matcher(source).region(begin, source.length());
    if (kind == '%' && raw.lookingAt()) {
      raw(begin, raw.end());
      return;
    }
    moveTo(begin);
    moveTo(begin + (sign == '-' || sign == '+' ? 3 : 2));
    if (kind == '#') {
      Matcher end = COMMENT_END.matcher(source);
      if (!end.find(at)) {
        throw TemplateException.syntax("Missing end of comment tag", line);
      }
      moveTo(end.end());
      return;
    }
    boolean variable = kind == '{';
    tokens.add(new Token(variable ? Token.Type.VARIABLE_BEGIN : Token.Type.BLOCK_BEGIN, "", line));
    expression(variable);
  }

  private void raw(int begin, int bodyStart) {
    moveTo(begin);
    int firstLine = line;
    moveTo(bodyStart);
    Matcher end = RAW_END.matcher(source);
    if (!end.find(bodyStart)) {
      throw TemplateException.syntax("Missing end of raw directive", firstLine);
    }
    String sign = end.group(1);
    String body = source.substring(bodyStart, end.start());
    data(stripped(body, sign.isEmpty() ? ' ' : sign.charAt(0), true));
    moveTo(end.end());
  }

  /** Text in front of a tag, less what the tag strips. */
  private String stripped(String text, char sign, boolean block) {
    if (sign == '-') {
      return Text.rightStripped(text);
    }
    if (sign != '+' && block) {
      int lineStart = text.lastIndexOf('\n') + 1;
      if ((lineStart > 0 || lineStarting) && Text.isBlank(text, lineStart)) {
        return text.substring(0, lineStart);
      }
    }
    return text;
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Token.Type.DATA, text, line));
    }
  }

  /** Goes on behind what was read, and counts its lines. */
  private void moveTo(int position) {
    for (int i = at; i < position; i++) {
      if (source.charAt(i) == '\n') {
        line++;
      }
    }
    if (position > at) {
      lineStarting = source.charAt(position - 1) == '\n';
    }
    at = position;
  }

  private void expression(boolean variable) {
    Deque<Character> open = new ArrayDeque<>();
    Pattern endPattern = variable ? VARIABLE_END : BLOCK_END;
    while (at < source.length()) {
      if (open.isEmpty()) {
        Matcher end = match(endPattern);
        if (end != null) {
          tokens.add(
              new Token(variable ? Token.Type.VARIABLE_END : Token.Type.BLOCK_END, "", line));
          moveTo(end.end());
          return;
        }
      }
      Matcher found;
      if ((found = match(SPACE)) != null) {
        moveTo(found.end());
        continue;
      }
      if ((found = match(FLOAT)) != null) {
        add(Token.Type.FLOAT, found.group().replace("_", ""));
      } else if ((found = match(INTEGER)) != null) {
        add(Token.Type.INTEGER, found.group().replace("_", ""));
      } else if ((found = match(NAME)) != null) {
        add(Token.Type.NAME, found.group());
      } else if ((found = match(STRING)) != null) {
        String body = found.group(1) != null ? found.group(1) : found.group(2);
        add(Token.Type.STRING, StringEscapes.resolve(body, line));
      } else if ((found = match(OPERATOR)) != null) {
        balance(open, found.group().charAt(0), found.group());
        add(Token.Type.OPERATOR, found.group());
      } else {
        throw TemplateException.syntax(
            "unexpected char "
                + Repr.of(new String(Character.toChars(source.codePointAt(at))))
                + " at "
                + source.codePointCount(0, at),
            line);
      }
      moveTo(found.end());
    }
  }

  private void balance(Deque<Character> open, char operator, String text) {
    switch (operator) {
      case '{' -> open.push('}');
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '}', ')', ']' -> {
        if (open.isEmpty()) {
          throw TemplateException.syntax("unexpected '" + text + "'", line);
        }
        char expected = open.pop();
        if (expected != operator) {
          throw TemplateException.syntax(
              "unexpected '" + text + "', expected '" + expected + "'", line);
        }
      }
      default -> {}
    }
  }

  private void add(Token.Type type, String text) {
    tokens.add(new Token(type, text, line));
  }

  private @org.jspecify.annotations.Nullable Matcher match(Pattern pattern) {
    Matcher matcher = pattern.matcher(source).region(at, source.length());
    matcher.useTransparentBounds(true);
    return matcher.lookingAt() ? matcher : null;
  }
}
