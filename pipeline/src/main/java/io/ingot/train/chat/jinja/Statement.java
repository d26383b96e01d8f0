package io.ingot.train.chat.jinja;

import java.util.List;
import java.util.Optional;

/** What writes or does something. */
sealed interface Statement {
  int line();

  record Data(String text, int line) implements Statement {}

  record Print(Expression value, int line) implements Statement {}

  record If(Expression test, List<Statement> then, List<Statement> otherwise, int line)
      implements Statement {}

  record For(
      Target target,
      Expression iterable,
      Optional<Expression> test,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {}

  record Assign(Target target, Expression value, int line) implements Statement {}

  record AssignBlock(Target target, Optional<FilterChain> filters, List<Statement> body, int line)
      implements Statement {}

  record Macro(
      String name,
      List<String> parameters,
      List<Expression> defaults,
      List<Statement> body,
      boolean varargs,
      boolean kwargs,
      boolean caller,
      int line)
      implements Statement {}

  /** {@code call}: the body is handed to the macro as {@code caller}. */
  record CallBlock(Expression.Call call, Macro body, int line) implements Statement {}

  record FilterBlock(FilterChain filters, List<Statement> body, int line) implements Statement {}

  record With(List<Target> targets, List<Expression> values, List<Statement> body, int line)
      implements Statement {}

  /** Text that the assistant wrote. */
  record Generation(List<Statement> body, int line) implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}

  /** Filters that apply to a captured text; the innermost value is {@link #CAPTURED}. */
  record FilterChain(Expression expression) {
    static final Expression.Name CAPTURED = new Expression.Name(" captured");
  }

  /** What is assigned to. */
  sealed interface Target {
    record Variable(String name) implements Target {}

    record Field(String namespace, String name) implements Target {}

    record Unpack(List<Target> targets) implements Target {}
  }
}
