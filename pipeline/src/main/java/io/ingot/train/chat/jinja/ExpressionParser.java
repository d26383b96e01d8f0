package io.ingot.train.chat.jinja;

import io.ingot.train.chat.jinja.Expression.CallArguments;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The grammar of Jinja2's expressions, with its own precedences ({@code -2 ** 2} is 4). */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final int DEEPEST = 200;

  private final TokenCursor tokens;
  private final Set<String> seenNames = new HashSet<>();
  private int depth;

  ExpressionParser(TokenCursor tokens) {
    this.tokens = tokens;
  }

  /** Names that were used since the parser began; tells whether a macro takes varargs. */
  Set<String> seenNames() {
    return seenNames;
  }

  /** Values separated by commas are a tuple. */
  Expression tupleOrExpression(boolean conditional, String... ends) {
    return tuple(conditional, false, ends);
  }

  Expression expression() {
    return expression(true);
  }

  private Expression expression(boolean conditional) {
    if (++depth > DEEPEST) {
      throw TemplateException.syntax("expressions are nested too deeply", tokens.line());
    }
    try {
      Expression value = or();
      while (conditional && tokens.skipName("if")) {
        Expression test = or();
        Optional<Expression> otherwise =
            tokens.skipName("else") ? Optional.of(expression(true)) : Optional.empty();
        value = new Expression.Conditional(test, value, otherwise);
      }
      return value;
    } finally {
      depth--;
    }
  }

  private Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Expression.Or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new Expression.And(left, not());
    }
    return left;
  }

  private Expression not() {
    if (tokens.skipName("not")) {
      return new Expression.Not(not());
    }
    return compare();
  }

  private Expression compare() {
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    while (true) {
      Token token = tokens.current();
      if (token.type() == Token.Type.OPERATOR && COMPARISONS.contains(token.text())) {
        tokens.next();
        operators.add(token.text());
      } else if (tokens.skipName("in")) {
        operators.add("in");
      } else if (token.is(Token.Type.NAME, "not") && tokens.peek().is(Token.Type.NAME, "in")) {
        tokens.next();
        tokens.next();
        operators.add("not in");
      } else {
        break;
      }
      others.add(sum());
    }
    return operators.isEmpty() ? first : new Expression.Compare(first, operators, others);
  }

  private Expression sum() {
    Expression left = concat();
    while (tokens.isOperator("+") || tokens.isOperator("-")) {
      String operator = tokens.next().text();
      left = new Expression.Binary(operator, left, concat());
    }
    return left;
  }

  private Expression concat() {
    Expression first = product();
    if (!tokens.isOperator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Expression.Concat(parts);
  }

  private Expression product() {
    Expression left = power();
    while (tokens.isOperator("*")
        || tokens.isOperator("/")
        || tokens.isOperator("//")
        || tokens.isOperator("%")) {
      String operator = tokens.next().text();
      left = new Expression.Binary(operator, left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (tokens.skipOperator("**")) {
      left = new Expression.Binary("**", left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean filters) {
    if (++depth > DEEPEST) {
      throw TemplateException.syntax("expressions are nested too deeply", tokens.line());
    }
    try {
      Expression value;
      if (tokens.isOperator("-") || tokens.isOperator("+")) {
        value = new Expression.Unary(tokens.next().text(), unary(false));
      } else {
        value = primary();
      }
      value = postfix(value);
      return filters ? filtersAndTests(value) : value;
    } finally {
      depth--;
    }
  }

  private Expression primary() {
    Token token = tokens.current();
    return switch (token.type()) {
      case NAME -> {
        tokens.next();
        yield switch (token.text()) {
          case "true", "True" -> new Expression.Constant(true);
          case "false", "False" -> new Expression.Constant(false);
          case "none", "None" -> new Expression.Constant(None.NONE);
          default -> {
            seenNames.add(token.text());
            yield new Expression.Name(token.text());
          }
        };
      }
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (tokens.current().type() == Token.Type.STRING) {
          text.append(tokens.next().text());
        }
        yield new Expression.Constant(text.toString());
      }
      case INTEGER -> new Expression.Constant(integer(tokens.next().text()));
      case FLOAT -> new Expression.Constant(Double.parseDouble(tokens.next().text()));
      default -> {
        if (tokens.skipOperator("(")) {
          Expression inner = tuple(true, true);
          tokens.expectOperator(")");
          yield inner;
        }
        if (tokens.skipOperator("[")) {
          yield list();
        }
        if (tokens.skipOperator("{")) {
          yield dict();
        }
        throw tokens.unexpected();
      }
    };
  }

  private static Object integer(String digits) {
    String lower = digits.toLowerCase(Locale.ROOT);
    BigInteger value =
        lower.startsWith("0x")
            ? new BigInteger(lower.substring(2), 16)
            : lower.startsWith("0b")
                ? new BigInteger(lower.substring(2), 2)
                : lower.startsWith("0o")
                    ? new BigInteger(lower.substring(2), 8)
                    : new BigInteger(lower);
    return Numbers.narrow(value);
  }

  private Expression tuple(boolean conditional, boolean parentheses, String... ends) {
    List<Expression> items = new ArrayList<>();
    boolean comma = false;
    boolean isTuple = false;
    while (true) {
      if (!items.isEmpty() && !comma) {
        break;
      }
      if (tupleEnds(ends)) {
        break;
      }
      items.add(expression(conditional));
      comma = tokens.skipOperator(",");
      isTuple |= comma;
    }
    if (items.size() == 1 && !isTuple) {
      return items.getFirst();
    }
    if (items.isEmpty() && !parentheses) {
      throw TemplateException.syntax(
          "Expected an expression, got '" + tokens.current().describe() + "'", tokens.line());
    }
    return new Expression.TupleLiteral(items);
  }

  private boolean tupleEnds(String... ends) {
    Token token = tokens.current();
    if (token.type() == Token.Type.VARIABLE_END
        || token.type() == Token.Type.BLOCK_END
        || token.is(Token.Type.OPERATOR, ")")) {
      return true;
    }
    for (String end : ends) {
      if (token.is(Token.Type.NAME, end)) {
        return true;
      }
    }
    return false;
  }

  private Expression list() {
    List<Expression> items = new ArrayList<>();
    while (!tokens.isOperator("]")) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.isOperator("]")) {
          break;
        }
      }
      items.add(expression());
    }
    tokens.expectOperator("]");
    return new Expression.ListLiteral(items);
  }

  private Expression dict() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.isOperator("}")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.isOperator("}")) {
          break;
        }
      }
      keys.add(expression());
      tokens.expectOperator(":");
      values.add(expression());
    }
    tokens.expectOperator("}");
    return new Expression.DictLiteral(keys, values);
  }

  private Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.skipOperator(".")) {
        Token name = tokens.next();
        if (name.type() == Token.Type.NAME) {
          value = new Expression.Attribute(value, name.text());
        } else if (name.type() == Token.Type.INTEGER) {
          value = new Expression.Item(value, new Expression.Constant(integer(name.text())));
        } else {
          throw TemplateException.syntax("expected name or number", name.line());
        }
      } else if (tokens.skipOperator("[")) {
        value = subscript(value);
      } else if (tokens.isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression object) {
    List<Expression> items = new ArrayList<>();
    Optional<Expression> slice = Optional.empty();
    while (!tokens.isOperator("]")) {
      if (!items.isEmpty() || slice.isPresent()) {
        tokens.expectOperator(",");
      }
      Optional<Expression> start =
          tokens.isOperator(":") ? Optional.empty() : Optional.of(expression());
      if (start.isPresent() && !tokens.isOperator(":")) {
        items.add(start.get());
        continue;
      }
      tokens.expectOperator(":");
      Optional<Expression> stop = sliceBound();
      Optional<Expression> step = tokens.skipOperator(":") ? sliceBound() : Optional.empty();
      slice = Optional.of(new Expression.Slice(object, start, stop, step));
    }
    tokens.expectOperator("]");
    if (slice.isPresent()) {
      if (!items.isEmpty()) {
        throw TemplateException.syntax("a slice cannot stand in a tuple", tokens.line());
      }
      return slice.get();
    }
    if (items.isEmpty()) {
      throw TemplateException.syntax("expected an index", tokens.line());
    }
    return new Expression.Item(
        object, items.size() == 1 ? items.getFirst() : new Expression.TupleLiteral(items));
  }

  private Optional<Expression> sliceBound() {
    return tokens.isOperator(":") || tokens.isOperator("]") || tokens.isOperator(",")
        ? Optional.empty()
        : Optional.of(expression());
  }

  private Expression filtersAndTests(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.isOperator("|")) {
        value = filter(value);
      } else if (tokens.current().is(Token.Type.NAME, "is")) {
        value = test(value);
      } else if (tokens.isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  /** A chain of filters whose first has no {@code |} in front. */
  Expression filterChain(Expression start) {
    Expression value = oneFilter(start);
    while (tokens.isOperator("|")) {
      value = filter(value);
    }
    return value;
  }

  private Expression filter(Expression value) {
    tokens.expectOperator("|");
    return oneFilter(value);
  }

  private Expression oneFilter(Expression value) {
    int line = tokens.line();
    String name = dotted();
    if (!Filters.exists(name)) {
      throw TemplateException.syntax("No filter named '" + name + "'.", line);
    }
    CallArguments arguments = tokens.isOperator("(") ? arguments() : CallArguments.NONE;
    return new Expression.Filtered(value, name, arguments, line);
  }

  private Expression test(Expression value) {
    int line = tokens.next().line();
    boolean negated = tokens.skipName("not");
    String name = dotted();
    CallArguments arguments = CallArguments.NONE;
    if (tokens.isOperator("(")) {
      arguments = arguments();
    } else if (startsArgument(tokens.current())) {
      if (tokens.current().is(Token.Type.NAME, "is")) {
        throw TemplateException.syntax("You cannot chain multiple tests with is", line);
      }
      Expression argument = postfix(primary());
      arguments =
          new CallArguments(
              List.of(argument), List.of(), List.of(), Optional.empty(), Optional.empty());
    }
    Expression tested = new Expression.Tested(value, name, arguments, line);
    return negated ? new Expression.Not(tested) : tested;
  }

  private static boolean startsArgument(Token token) {
    return switch (token.type()) {
      case NAME -> !Set.of("else", "or", "and").contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> Set.of("(", "[", "{").contains(token.text());
      default -> false;
    };
  }

  private String dotted() {
    StringBuilder name = new StringBuilder(tokens.expectName());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expectName());
    }
    return name.toString();
  }

  Expression.Call call(Expression function) {
    int line = tokens.line();
    return new Expression.Call(function, arguments(), line);
  }

  private CallArguments arguments() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<Expression> named = new ArrayList<>();
    Optional<Expression> spread = Optional.empty();
    Optional<Expression> spreadNamed = Optional.empty();
    boolean first = true;
    while (!tokens.isOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.isOperator(")")) {
          break;
        }
      }
      first = false;
      if (tokens.skipOperator("*")) {
        spread = Optional.of(expression());
      } else if (tokens.skipOperator("**")) {
        spreadNamed = Optional.of(expression());
      } else if (tokens.current().type() == Token.Type.NAME
          && tokens.peek().is(Token.Type.OPERATOR, "=")) {
        names.add(tokens.next().text());
        tokens.next();
        named.add(expression());
      } else if (!names.isEmpty() || spread.isPresent() || spreadNamed.isPresent()) {
        throw TemplateException.syntax(
            "invalid syntax for function call expression", tokens.line());
      } else {
        positional.add(expression());
      }
    }
    tokens.expectOperator(")");
    return new CallArguments(positional, names, named, spread, spreadNamed);
  }
}
