package io.ingot.train.chat.jinja;

import java.util.List;
import java.util.Optional;

/** What yields a value. */
sealed interface Expression {
  record Constant(Object value) implements Expression {}

  record Name(String name) implements Expression {}

  record ListLiteral(List<Expression> items) implements Expression {}

  record TupleLiteral(List<Expression> items) implements Expression {}

  record DictLiteral(List<Expression> keys, List<Expression> values) implements Expression {}

  /** {@code a if test else b}; without an else it is undefined. */
  record Conditional(Expression test, Expression then, Optional<Expression> otherwise)
      implements Expression {}

  record And(Expression left, Expression right) implements Expression {}

  record Or(Expression left, Expression right) implements Expression {}

  record Not(Expression operand) implements Expression {}

  record Binary(String operator, Expression left, Expression right) implements Expression {}

  record Unary(String operator, Expression operand) implements Expression {}

  /** {@code a ~ b ~ c}. */
  record Concat(List<Expression> parts) implements Expression {}

  /** A chain such as {@code 1 < x <= 3}. */
  record Compare(Expression first, List<String> operators, List<Expression> others)
      implements Expression {}

  record Attribute(Expression object, String name) implements Expression {}

  record Item(Expression object, Expression index) implements Expression {}

  record Slice(
      Expression object,
      Optional<Expression> start,
      Optional<Expression> stop,
      Optional<Expression> step)
      implements Expression {}

  record Call(Expression function, CallArguments arguments, int line) implements Expression {}

  record Filtered(Expression value, String filter, CallArguments arguments, int line)
      implements Expression {}

  record Tested(Expression value, String test, CallArguments arguments, int line)
      implements Expression {}

  /** Arguments as they are written. */
  record CallArguments(
      List<Expression> positional,
      List<String> names,
      List<Expression> named,
      Optional<Expression> spread,
      Optional<Expression> spreadNamed) {
    static final CallArguments NONE =
        new CallArguments(List.of(), List.of(), List.of(), Optional.empty(), Optional.empty());
  }
}
