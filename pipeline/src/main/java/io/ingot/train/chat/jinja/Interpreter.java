package io.ingot.train.chat.jinja;

import io.ingot.train.chat.jinja.Expression.CallArguments;
import io.ingot.train.chat.jinja.Statement.FilterChain;
import io.ingot.train.chat.jinja.Statement.Target;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Walks over a template's tree, within limits on steps, depth and output. */
final class Interpreter {
  private static final long MOST_STEPS = 20_000_000;
  private static final int DEEPEST = 200;

  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  private final List<Rendering.Span> spans = new ArrayList<>();
  private StringBuilder out = new StringBuilder();
  private boolean spansExact = true;
  private boolean captured;
  private long steps;
  private int depth;

  Rendering run(List<Statement> body, Scope scope) {
    execute(body, scope);
    return new Rendering(out.toString(), List.copyOf(spans), spansExact);
  }

  /** What statements write, instead of writing it. */
  String capture(List<Statement> body, Scope scope) {
    if (++depth > DEEPEST) {
      throw TemplateException.limit("the template recurses more than " + DEEPEST + " deep");
    }
    StringBuilder outer = out;
    boolean outerCaptured = captured;
    out = new StringBuilder();
    captured = true;
    try {
      execute(body, scope);
      return out.toString();
    } finally {
      out = outer;
      captured = outerCaptured;
      depth--;
    }
  }

  private void write(String text) {
    if (out.length() + (long) text.length() > Template.MOST_OUTPUT) {
      throw TemplateException.limit("the output is longer than " + Template.MOST_OUTPUT);
    }
    out.append(text);
  }

  private void step() {
    if (++steps > MOST_STEPS) {
      throw TemplateException.limit("the template takes more than " + MOST_STEPS + " steps");
    }
  }

  private Flow execute(List<Statement> body, Scope scope) {
    for (Statement statement : body) {
      step();
      Flow flow;
      try {
        flow = execute(statement, scope);
      } catch (TemplateException e) {
        throw e.at(statement.line());
      }
      if (flow != Flow.ON) {
        return flow;
      }
    }
    return Flow.ON;
  }

  private Flow execute(Statement statement, Scope scope) {
    switch (statement) {
      case Statement.Data data -> write(data.text());
      case Statement.Print print -> write(Values.string(evaluate(print.value(), scope)));
      case Statement.If choice -> {
        return execute(
            Values.truth(evaluate(choice.test(), scope)) ? choice.then() : choice.otherwise(),
            scope);
      }
      case Statement.For loop -> loop(loop, evaluate(loop.iterable(), scope), scope, 0);
      case Statement.Assign assign ->
          assign(assign.target(), evaluate(assign.value(), scope), scope);
      case Statement.AssignBlock block -> {
        String text = capture(block.body(), scope.inner());
        assign(block.target(), filtered(block.filters(), text, scope), scope);
      }
      case Statement.Macro macro -> scope.set(macro.name(), new Macro(macro, scope, this));
      case Statement.CallBlock block -> {
        Arguments arguments = arguments(block.call().arguments(), scope);
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        named.put("caller", new Macro(block.body(), scope, this));
        Object result =
            call(
                evaluate(block.call().function(), scope),
                new Arguments(arguments.positional(), named));
        write(Values.string(result));
      }
      case Statement.FilterBlock block -> {
        String text = capture(block.body(), scope.inner());
        write(Values.string(filtered(Optional.of(block.filters()), text, scope)));
      }
      case Statement.With with -> {
        Scope inner = scope.inner();
        for (int i = 0; i < with.targets().size(); i++) {
          assign(with.targets().get(i), evaluate(with.values().get(i), scope), inner);
        }
        return execute(with.body(), inner);
      }
      case Statement.Generation generation -> {
        int start = out.length();
        execute(generation.body(), scope.inner());
        if (captured) {
          spansExact = false;
        } else {
          spans.add(new Rendering.Span(start, out.length()));
        }
      }
      case Statement.Break ignored -> {
        return Flow.BREAK;
      }
      case Statement.Continue ignored -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.ON;
  }

  private Object filtered(Optional<FilterChain> filters, String text, Scope scope) {
    if (filters.isEmpty()) {
      return text;
    }
    Scope inner = scope.inner();
    inner.set(FilterChain.CAPTURED.name(), text);
    return evaluate(filters.get().expression(), inner);
  }

  private void loop(Statement.For statement, Object iterable, Scope scope, int level) {
    Iterator<Object> items = Values.iterate(iterable).iterator();
    if (statement.test().isPresent()) {
      items = kept(items, statement, statement.test().get(), scope);
    }
    Function recursion =
        a -> {
          if (!statement.recursive()) {
            throw TemplateException.type(
                "The loop must have the 'recursive' marker to be called recursively.");
          }
          StringBuilder outer = out;
          out = new StringBuilder();
          boolean outerCaptured = captured;
          captured = true;
          if (++depth > DEEPEST) {
            throw TemplateException.limit("the template recurses more than " + DEEPEST + " deep");
          }
          try {
            loop(statement, a.require("loop", 0, "iterable"), scope, level + 1);
            return out.toString();
          } finally {
            depth--;
            out = outer;
            captured = outerCaptured;
          }
        };
    Loop loop = new Loop(items, recursion, level);
    boolean any = false;
    while (loop.hasNext()) {
      any = true;
      step();
      Scope inner = scope.inner();
      inner.set("loop", loop);
      assign(statement.target(), loop.next(), inner);
      if (execute(statement.body(), inner) == Flow.BREAK) {
        break;
      }
    }
    if (!any) {
      execute(statement.otherwise(), scope.inner());
    }
  }

  /** The items that pass the loop's condition, tested when they are needed. */
  private Iterator<Object> kept(
      Iterator<Object> items, Statement.For statement, Expression test, Scope scope) {
    return new Iterator<>() {
      private Optional<Object> found = Optional.empty();

      @Override
      public boolean hasNext() {
        while (found.isEmpty() && items.hasNext()) {
          Object item = items.next();
          Scope inner = scope.inner();
          assign(statement.target(), item, inner);
          if (Values.truth(evaluate(test, inner))) {
            found = Optional.of(item);
          }
        }
        return found.isPresent();
      }

      @Override
      public Object next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Object item = found.orElseThrow();
        found = Optional.empty();
        return item;
      }
    };
  }

  private void assign(Target target, Object value, Scope scope) {
    switch (target) {
      case Target.Variable variable -> scope.set(variable.name(), value);
      case Target.Field field -> {
        if (!(scope.get(field.namespace()) instanceof Namespace namespace)) {
          throw TemplateException.type("cannot assign attribute on non-namespace object");
        }
        namespace.fields().put(field.name(), value);
      }
      case Target.Unpack unpack -> {
        List<Object> items = Values.iterate(value);
        if (items.size() != unpack.targets().size()) {
          throw TemplateException.type(
              (items.size() < unpack.targets().size() ? "not enough" : "too many")
                  + " values to unpack (expected "
                  + unpack.targets().size()
                  + ")");
        }
        for (int i = 0; i < items.size(); i++) {
          assign(unpack.targets().get(i), items.get(i), scope);
        }
      }
    }
  }

  Object evaluate(Expression expression, Scope scope) {
    step();
    return switch (expression) {
      case Expression.Constant constant -> constant.value();
      case Expression.Name name -> scope.get(name.name());
      case Expression.ListLiteral list -> values(list.items(), scope);
      case Expression.TupleLiteral tuple -> new Tuple(values(tuple.items(), scope));
      case Expression.DictLiteral dict -> {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < dict.keys().size(); i++) {
          map.put(
              Values.key(evaluate(dict.keys().get(i), scope)),
              evaluate(dict.values().get(i), scope));
        }
        yield map;
      }
      case Expression.Conditional choice -> {
        if (Values.truth(evaluate(choice.test(), scope))) {
          yield evaluate(choice.then(), scope);
        }
        yield choice.otherwise().isPresent()
            ? evaluate(choice.otherwise().get(), scope)
            : Undefined.because(
                "the inline if-expression evaluated to false and no else section was defined.");
      }
      case Expression.And and -> {
        Object left = evaluate(and.left(), scope);
        yield Values.truth(left) ? evaluate(and.right(), scope) : left;
      }
      case Expression.Or or -> {
        Object left = evaluate(or.left(), scope);
        yield Values.truth(left) ? left : evaluate(or.right(), scope);
      }
      case Expression.Not not -> !Values.truth(evaluate(not.operand(), scope));
      case Expression.Binary binary ->
          Operators.apply(
              binary.operator(), evaluate(binary.left(), scope), evaluate(binary.right(), scope));
      case Expression.Unary unary -> unary(unary, evaluate(unary.operand(), scope));
      case Expression.Concat concat -> {
        StringBuilder text = new StringBuilder();
        concat.parts().forEach(part -> text.append(Values.string(evaluate(part, scope))));
        yield text.toString();
      }
      case Expression.Compare compare -> compare(compare, scope);
      case Expression.Attribute attribute ->
          Attributes.attribute(evaluate(attribute.object(), scope), attribute.name());
      case Expression.Item item ->
          Attributes.item(evaluate(item.object(), scope), evaluate(item.index(), scope));
      case Expression.Slice slice ->
          Attributes.slice(
              evaluate(slice.object(), scope),
              bound(slice.start(), scope),
              bound(slice.stop(), scope),
              bound(slice.step(), scope));
      case Expression.Call call ->
          call(evaluate(call.function(), scope), arguments(call.arguments(), scope));
      case Expression.Filtered filtered -> {
        Object value = evaluate(filtered.value(), scope);
        yield Filters.find(filtered.filter()).apply(value, arguments(filtered.arguments(), scope));
      }
      case Expression.Tested tested -> {
        Object value = evaluate(tested.value(), scope);
        yield TypeTests.find(tested.test()).test(value, arguments(tested.arguments(), scope));
      }
    };
  }

  private List<Object> values(List<Expression> items, Scope scope) {
    List<Object> values = new ArrayList<>(items.size());
    for (Expression item : items) {
      values.add(evaluate(item, scope));
    }
    return values;
  }

  private Object bound(Optional<Expression> bound, Scope scope) {
    return bound.isPresent() ? evaluate(bound.get(), scope) : None.NONE;
  }

  private static Object unary(Expression.Unary unary, Object value) {
    if (value instanceof Undefined u) {
      throw u.error();
    }
    if (!Numbers.is(value)) {
      throw TemplateException.type(
          "bad operand type for unary " + unary.operator() + ": '" + Values.typeName(value) + "'");
    }
    return unary.operator().equals("-")
        ? Numbers.negate(value)
        : value instanceof Boolean ? Numbers.narrow(Numbers.big(value)) : value;
  }

  private boolean compare(Expression.Compare compare, Scope scope) {
    Object left = evaluate(compare.first(), scope);
    for (int i = 0; i < compare.operators().size(); i++) {
      Object right = evaluate(compare.others().get(i), scope);
      if (!compare(compare.operators().get(i), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  static boolean compare(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> Values.equal(left, right);
      case "!=" -> !Values.equal(left, right);
      case "in" -> Values.contains(right, left);
      case "not in" -> !Values.contains(right, left);
      case "<" -> Values.compare(left, right, operator) < 0;
      case "<=" -> Values.compare(left, right, operator) <= 0;
      case ">" -> Values.compare(left, right, operator) > 0;
      default -> Values.compare(left, right, operator) >= 0;
    };
  }

  private Arguments arguments(CallArguments written, Scope scope) {
    if (written == CallArguments.NONE) {
      return Arguments.NONE;
    }
    List<Object> positional = values(written.positional(), scope);
    Map<String, Object> named = new LinkedHashMap<>();
    for (int i = 0; i < written.names().size(); i++) {
      named.put(written.names().get(i), evaluate(written.named().get(i), scope));
    }
    if (written.spread().isPresent()) {
      positional.addAll(Values.iterate(evaluate(written.spread().get(), scope)));
    }
    if (written.spreadNamed().isPresent()) {
      Object more = evaluate(written.spreadNamed().get(), scope);
      if (!(more instanceof Map<?, ?> map)) {
        throw TemplateException.type("argument after ** must be a mapping");
      }
      map.forEach((k, v) -> named.put(Values.string(k), v));
    }
    return new Arguments(positional, named);
  }

  private static Object call(Object function, Arguments arguments) {
    return switch (function) {
      case Undefined undefined -> throw undefined.error();
      case Function callable -> callable.call(arguments);
      default ->
          throw TemplateException.type(
              "'" + Values.typeName(function) + "' object is not callable");
    };
  }
}
