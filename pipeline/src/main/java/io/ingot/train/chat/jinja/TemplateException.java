package io.ingot.train.chat.jinja;

/** A template that cannot be parsed or rendered. */
public final class TemplateException extends RuntimeException {
  /** Why. */
  public enum Kind {
    /** The template is not well-formed. */
    SYNTAX,
    /** A value that does not exist was used. */
    UNDEFINED,
    /** An operation does not fit its values. */
    RUNTIME,
    /** Something that the sandbox refuses. */
    SECURITY,
    /** The template called {@code raise_exception}. */
    RAISED,
    /** Too much output, too many steps or too deep a recursion. */
    LIMIT
  }

  private final Kind kind;
  private final int line;

  TemplateException(Kind kind, String message) {
    this(kind, message, 0);
  }

  TemplateException(Kind kind, String message, int line) {
    super(message, null, false, false);
    this.kind = kind;
    this.line = line;
  }

  public Kind kind() {
    return kind;
  }

  /** Line of the template, counted from 1; 0 where it is not known. */
  public int line() {
    return line;
  }

  /** The same with a line, unless it has one. */
  TemplateException at(int where) {
    return line > 0 ? this : new TemplateException(kind, String.valueOf(getMessage()), where);
  }

  static TemplateException type(String message) {
    return new TemplateException(Kind.RUNTIME, message);
  }

  static TemplateException undefined(String message) {
    return new TemplateException(Kind.UNDEFINED, message);
  }

  static TemplateException syntax(String message, int line) {
    return new TemplateException(Kind.SYNTAX, message, line);
  }

  static TemplateException limit(String message) {
    return new TemplateException(Kind.LIMIT, message);
  }
}
