package io.ingot.train.chat.jinja;

import java.util.List;

/** Walks over the tokens of a template. */
final class TokenCursor {
  private final List<Token> tokens;
  private int at;

  TokenCursor(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  Token peek() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  /** The current token; moves on behind it. */
  Token next() {
    Token token = tokens.get(at);
    if (at < tokens.size() - 1) {
      at++;
    }
    return token;
  }

  int line() {
    return current().line();
  }

  boolean isOperator(String text) {
    return current().is(Token.Type.OPERATOR, text);
  }

  boolean skipOperator(String text) {
    boolean there = isOperator(text);
    if (there) {
      next();
    }
    return there;
  }

  boolean skipName(String text) {
    boolean there = current().is(Token.Type.NAME, text);
    if (there) {
      next();
    }
    return there;
  }

  void expectOperator(String text) {
    if (!skipOperator(text)) {
      throw expected(text);
    }
  }

  String expectName() {
    if (current().type() != Token.Type.NAME) {
      throw expected("name");
    }
    return next().text();
  }

  void expect(Token.Type type) {
    if (current().type() != type) {
      throw expected(new Token(type, "", 0).describe());
    }
    next();
  }

  TemplateException unexpected() {
    return TemplateException.syntax("unexpected '" + current().describe() + "'", line());
  }

  private TemplateException expected(String what) {
    return TemplateException.syntax(
        current().type() == Token.Type.END
            ? "unexpected end of template, expected '" + what + "'."
            : "expected token '" + what + "', got '" + current().describe() + "'",
        line());
  }
}
