package io.ingot.train.chat.jinja;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A parsed template; immutable, and safe to render from many threads. */
public final class Template {
  /** A rendering that grows beyond this many UTF-16 units is stopped. */
  static final int MOST_OUTPUT = 16_000_000;

  private final List<Statement> body;
  private final boolean marksGeneration;

  private Template(List<Statement> body, boolean marksGeneration) {
    this.body = body;
    this.marksGeneration = marksGeneration;
  }

  /**
   * Reads a template.
   *
   * @throws TemplateException when it is not well-formed
   */
  public static Template parse(String source) {
    try {
      Parser parser = new Parser(Lexer.tokens(source));
      return new Template(parser.parse(), parser.sawGeneration());
    } catch (StackOverflowError e) {
      throw TemplateException.limit("the template is nested too deeply");
    }
  }

  /** Whether it says somewhere what the assistant wrote ({@code generation}). */
  public boolean marksGeneration() {
    return marksGeneration;
  }

  /**
   * Fills it.
   *
   * @param variables everything that the template sees
   * @param clock what {@code strftime_now} tells
   * @throws TemplateException when the template fails, on purpose or not
   */
  public Rendering render(ObjectNode variables, Supplier<LocalDateTime> clock) {
    Map<String, Object> values = new HashMap<>();
    variables.properties().forEach(e -> values.put(e.getKey(), Values.of(e.getValue())));
    Scope scope = new Scope(new Scope(null, Globals.all(clock)), values);
    try {
      return new Interpreter().run(body, scope);
    } catch (StackOverflowError e) {
      throw TemplateException.limit("the template recurses too deeply");
    }
  }
}
