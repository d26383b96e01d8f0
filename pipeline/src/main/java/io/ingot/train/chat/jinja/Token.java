package io.ingot.train.chat.jinja;

/**
 * A piece of a template's source.
 *
 * @param text data, operator, name, digits, or the content of a string with its escapes resolved
 */
record Token(Type type, String text, int line) {
  enum Type {
    DATA,
    VARIABLE_BEGIN,
    VARIABLE_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Type wanted, String content) {
    return type == wanted && text.equals(content);
  }

  /** How Jinja calls it in errors. */
  String describe() {
    return switch (type) {
      case DATA -> "template data";
      case VARIABLE_BEGIN -> "begin of print statement";
      case VARIABLE_END -> "end of print statement";
      case BLOCK_BEGIN -> "begin of statement block";
      case BLOCK_END -> "end of statement block";
      case END -> "end of template";
      default -> text;
    };
  }
}
