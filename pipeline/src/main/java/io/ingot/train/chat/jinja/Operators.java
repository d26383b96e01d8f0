package io.ingot.train.chat.jinja;

import java.util.ArrayList;
import java.util.List;

/** Binary operators of expressions. */
final class Operators {
  private static final int LONGEST = 1_000_000;

  private Operators() {}

  static Object apply(String operator, Object left, Object right) {
    if (left instanceof Undefined u) {
      throw u.error();
    }
    if (right instanceof Undefined u && !(operator.equals("%") && Values.isString(left))) {
      throw u.error();
    }
    return switch (operator) {
      case "+" -> add(left, right);
      case "*" -> multiply(left, right);
      case "%" ->
          Values.isString(left)
              ? like(left, PercentFormat.format(left.toString(), right))
              : arithmetic(operator, left, right);
      default -> arithmetic(operator, left, right);
    };
  }

  private static Object arithmetic(String operator, Object left, Object right) {
    if (!Numbers.is(left) || !Numbers.is(right)) {
      throw unsupported(operator, left, right);
    }
    return switch (operator) {
      case "-" -> Numbers.subtract(left, right);
      case "/" -> Numbers.divide(left, right);
      case "//" -> Numbers.floorDivide(left, right);
      case "%" -> Numbers.modulo(left, right);
      case "**" -> Numbers.power(left, right);
      default -> throw new IllegalArgumentException(operator);
    };
  }

  static Object add(Object left, Object right) {
    if (left instanceof String a && right instanceof String b) {
      return bounded(a.length() + (long) b.length(), a, b);
    }
    if (Values.isString(left) && Values.isString(right)) {
      return new Markup(Markup.escaped(left) + Markup.escaped(right));
    }
    if (Numbers.is(left) && Numbers.is(right)) {
      return Numbers.add(left, right);
    }
    if (left instanceof List<?> a && right instanceof List<?> b && !(left instanceof Range)) {
      return joined(a, b);
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return new Tuple(joined(a.items(), b.items()));
    }
    if (Values.isString(left)) {
      throw TemplateException.type(
          "can only concatenate str (not \"" + Values.typeName(right) + "\") to str");
    }
    if (left instanceof List<?>) {
      throw TemplateException.type(
          "can only concatenate list (not \"" + Values.typeName(right) + "\") to list");
    }
    throw unsupported("+", left, right);
  }

  private static String bounded(long length, String a, String b) {
    if (length > Template.MOST_OUTPUT) {
      throw TemplateException.limit("a text is longer than " + Template.MOST_OUTPUT);
    }
    return a + b;
  }

  private static List<Object> joined(List<?> a, List<?> b) {
    List<Object> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }

  private static Object multiply(Object left, Object right) {
    if (Numbers.is(left) && Numbers.is(right)) {
      return Numbers.multiply(left, right);
    }
    if (Numbers.isInteger(left) && !Numbers.is(right)) {
      return multiply(right, left);
    }
    if (!Numbers.isInteger(right)) {
      throw unsupported("*", left, right);
    }
    long times = Math.max(0, Numbers.index(right));
    return switch (left) {
      case String s -> s.repeat(times(times, s.length()));
      case Markup m -> new Markup(m.text().repeat(times(times, m.text().length())));
      case Range ignored -> throw unsupported("*", left, right);
      case List<?> l -> repeated(l, times(times, l.size()));
      case Tuple t -> new Tuple(repeated(t.items(), times(times, t.items().size())));
      default -> throw unsupported("*", left, right);
    };
  }

  private static int times(long times, int size) {
    if (size > 0 && times > LONGEST / size) {
      throw TemplateException.limit("a repetition is longer than " + LONGEST);
    }
    return size == 0 ? 0 : (int) times;
  }

  private static List<Object> repeated(List<?> list, int times) {
    List<Object> all = new ArrayList<>(list.size() * times);
    for (int i = 0; i < times; i++) {
      all.addAll(list);
    }
    return all;
  }

  /** Text of the kind of its origin. */
  static Object like(Object origin, String text) {
    return origin instanceof Markup ? new Markup(text) : text;
  }

  private static TemplateException unsupported(String operator, Object left, Object right) {
    return TemplateException.type(
        "unsupported operand type(s) for "
            + (operator.equals("**") ? "** or pow()" : operator)
            + ": '"
            + Values.typeName(left)
            + "' and '"
            + Values.typeName(right)
            + "'");
  }
}
