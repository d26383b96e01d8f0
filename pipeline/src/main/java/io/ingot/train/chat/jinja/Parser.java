package io.ingot.train.chat.jinja;

import io.ingot.train.chat.jinja.Statement.FilterChain;
import io.ingot.train.chat.jinja.Statement.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The grammar of Jinja2's statements, without those that reach for other files. */
final class Parser {
  private static final int DEEPEST = 100;
  private static final Set<String> RESERVED =
      Set.of("true", "false", "none", "True", "False", "None");

  private final TokenCursor tokens;
  private final ExpressionParser expressions;

  /** Open tags, innermost first, with what would close them; for errors. */
  private final Deque<OpenTag> open = new ArrayDeque<>();

  private record OpenTag(String name, List<String> ends) {}

  private boolean sawGeneration;

  Parser(List<Token> list) {
    tokens = new TokenCursor(list);
    expressions = new ExpressionParser(tokens);
  }

  /** The whole template. */
  List<Statement> parse() {
    List<Statement> body = statements();
    if (tokens.current().type() != Token.Type.END) {
      throw tokens.unexpected();
    }
    return body;
  }

  boolean sawGeneration() {
    return sawGeneration;
  }

  /** Statements up to the end, or to a tag of the innermost open one; that tag stays unread. */
  private List<Statement> statements() {
    List<Statement> result = new ArrayList<>();
    while (true) {
      Token token = tokens.current();
      switch (token.type()) {
        case DATA -> {
          tokens.next();
          result.add(new Statement.Data(token.text(), token.line()));
        }
        case VARIABLE_BEGIN -> {
          tokens.next();
          result.add(new Statement.Print(expressions.tupleOrExpression(true), token.line()));
          tokens.expect(Token.Type.VARIABLE_END);
        }
        case BLOCK_BEGIN -> {
          tokens.next();
          if (!open.isEmpty()
              && tokens.current().type() == Token.Type.NAME
              && open.getFirst().ends().contains(tokens.current().text())) {
            return result;
          }
          result.addAll(statement());
          tokens.expect(Token.Type.BLOCK_END);
        }
        default -> {
          if (!open.isEmpty()) {
            throw TemplateException.syntax(
                "Unexpected end of template. " + lookingFor(), token.line());
          }
          return result;
        }
      }
    }
  }

  private String lookingFor() {
    OpenTag tag = open.getFirst();
    return "Jinja was looking for the following tags: "
        + tag.ends().stream().map(e -> "'" + e + "'").collect(Collectors.joining(" or "))
        + ". The innermost block that needs to be closed is '"
        + tag.name()
        + "'.";
  }

  /** The body behind a block tag; its end tag's name is the current token afterwards. */
  private List<Statement> body(String name, String... ends) {
    tokens.expect(Token.Type.BLOCK_END);
    if (open.size() >= DEEPEST) {
      throw TemplateException.syntax("blocks are nested too deeply", tokens.line());
    }
    open.push(new OpenTag(name, List.of(ends)));
    List<Statement> body = statements();
    open.pop();
    return body;
  }

  /** A body that is closed by its own end tag. */
  private List<Statement> closedBody(String name) {
    List<Statement> body = body(name, "end" + name);
    tokens.next();
    return body;
  }

  private List<Statement> statement() {
    int line = tokens.line();
    if (tokens.current().type() != Token.Type.NAME) {
      throw TemplateException.syntax("tag name expected", line);
    }
    String name = tokens.next().text();
    return switch (name) {
      case "if" -> List.of(ifStatement(line));
      case "for" -> List.of(forStatement(line));
      case "set" -> List.of(set(line));
      case "macro" -> List.of(macro(line));
      case "call" -> List.of(callBlock(line));
      case "filter" -> {
        FilterChain filters = new FilterChain(expressions.filterChain(FilterChain.CAPTURED));
        yield List.of(new Statement.FilterBlock(filters, closedBody("filter"), line));
      }
      case "with" -> List.of(with(line));
      case "generation" -> {
        sawGeneration = true;
        yield List.of(new Statement.Generation(closedBody("generation"), line));
      }
      case "break" -> List.of(new Statement.Break(line));
      case "continue" -> List.of(new Statement.Continue(line));
      case "print" -> prints(line);
      case "include", "import", "from", "extends", "block", "do", "autoescape" ->
          throw TemplateException.syntax(
              "the tag '" + name + "' is not allowed in a chat template", line);
      default ->
          throw TemplateException.syntax(
              "Encountered unknown tag '"
                  + name
                  + "'."
                  + (open.isEmpty() ? "" : " " + lookingFor()),
              line);
    };
  }

  private List<Statement> prints(int line) {
    List<Statement> result = new ArrayList<>();
    do {
      result.add(new Statement.Print(expressions.expression(), line));
    } while (tokens.skipOperator(","));
    return result;
  }

  private Statement ifStatement(int line) {
    Expression test = expressions.tupleOrExpression(false);
    List<Statement> then = body("if", "elif", "else", "endif");
    String end = tokens.next().text();
    List<Statement> otherwise =
        switch (end) {
          case "elif" -> List.of(ifStatement(tokens.line()));
          case "else" -> closedBody("if");
          default -> List.of();
        };
    return new Statement.If(test, then, otherwise, line);
  }

  private Statement forStatement(int line) {
    Target target = target("in");
    if (!tokens.skipName("in")) {
      throw TemplateException.syntax("expected token 'in'", tokens.line());
    }
    Expression iterable = expressions.tupleOrExpression(false, "recursive");
    Optional<Expression> test =
        tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    boolean recursive = tokens.skipName("recursive");
    List<Statement> body = body("for", "endfor", "else");
    List<Statement> otherwise = tokens.next().text().equals("else") ? closedBody("for") : List.of();
    return new Statement.For(target, iterable, test, recursive, body, otherwise, line);
  }

  private Statement set(int line) {
    Target target = target("");
    if (tokens.skipOperator("=")) {
      return new Statement.Assign(target, expressions.tupleOrExpression(true), line);
    }
    Optional<FilterChain> filters =
        tokens.skipOperator("|")
            ? Optional.of(new FilterChain(expressions.filterChain(FilterChain.CAPTURED)))
            : Optional.empty();
    return new Statement.AssignBlock(target, filters, closedBody("set"), line);
  }

  private Target target(String end) {
    List<Target> targets = new ArrayList<>();
    boolean comma = false;
    do {
      if (tokens.current().type() != Token.Type.NAME && !tokens.isOperator("(")
          || tokens.current().is(Token.Type.NAME, end)) {
        break;
      }
      targets.add(oneTarget());
      comma |= tokens.isOperator(",");
    } while (tokens.skipOperator(","));
    if (targets.isEmpty()) {
      throw tokens.unexpected();
    }
    return targets.size() == 1 && !comma ? targets.getFirst() : new Target.Unpack(targets);
  }

  private Target oneTarget() {
    if (tokens.skipOperator("(")) {
      Target inner = target("");
      tokens.expectOperator(")");
      return inner;
    }
    String name = tokens.expectName();
    if (RESERVED.contains(name)) {
      throw TemplateException.syntax("can't assign to '" + name + "'", tokens.line());
    }
    if (tokens.skipOperator(".")) {
      return new Target.Field(name, tokens.expectName());
    }
    return new Target.Variable(name);
  }

  private Statement.Macro macro(int line) {
    String name = tokens.expectName();
    return macroBody(name, signature(), "macro", line);
  }

  private record Signature(List<String> parameters, List<Expression> defaults) {}

  private Signature signature() {
    Signature signature = new Signature(new ArrayList<>(), new ArrayList<>());
    if (tokens.skipOperator("(")) {
      while (!tokens.isOperator(")")) {
        if (!signature.parameters().isEmpty()) {
          tokens.expectOperator(",");
        }
        signature.parameters().add(tokens.expectName());
        if (tokens.skipOperator("=")) {
          signature.defaults().add(expressions.expression());
        } else if (!signature.defaults().isEmpty()) {
          throw TemplateException.syntax(
              "non-default argument follows default argument", tokens.line());
        }
      }
      tokens.expectOperator(")");
    }
    return signature;
  }

  private Statement.Macro macroBody(String name, Signature signature, String tag, int line) {
    Set<String> before = new HashSet<>(expressions.seenNames());
    expressions.seenNames().clear();
    List<Statement> body = closedBody(tag);
    Set<String> seen = Set.copyOf(expressions.seenNames());
    expressions.seenNames().addAll(before);
    return new Statement.Macro(
        name,
        signature.parameters(),
        signature.defaults(),
        body,
        seen.contains("varargs"),
        seen.contains("kwargs"),
        seen.contains("caller"),
        line);
  }

  private Statement callBlock(int line) {
    Signature signature = signature();
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw TemplateException.syntax("expected call", line);
    }
    return new Statement.CallBlock(call, macroBody("caller", signature, "call", line), line);
  }

  private Statement with(int line) {
    List<Target> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (tokens.current().type() != Token.Type.BLOCK_END) {
      if (!targets.isEmpty()) {
        tokens.expectOperator(",");
      }
      targets.add(oneTarget());
      tokens.expectOperator("=");
      values.add(expressions.expression());
    }
    return new Statement.With(targets, values, closedBody("with"), line);
  }
}
