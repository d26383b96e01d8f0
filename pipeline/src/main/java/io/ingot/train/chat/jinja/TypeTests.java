package io.ingot.train.chat.jinja;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** All tests by name. */
final class TypeTests {
  private static final Map<String, TypeTest> ALL = new HashMap<>();

  static {
    ALL.put("defined", (v, a) -> !(v instanceof Undefined));
    ALL.put("undefined", (v, a) -> v instanceof Undefined);
    ALL.put("none", (v, a) -> v == None.NONE);
    ALL.put("string", (v, a) -> Values.isString(v));
    ALL.put("number", (v, a) -> Numbers.is(v));
    ALL.put("integer", (v, a) -> v instanceof Long || v instanceof BigInteger);
    ALL.put("float", (v, a) -> v instanceof Double);
    ALL.put("boolean", (v, a) -> v instanceof Boolean);
    ALL.put("true", (v, a) -> v instanceof Boolean b && b);
    ALL.put("false", (v, a) -> v instanceof Boolean b && !b);
    ALL.put("mapping", (v, a) -> v instanceof Map<?, ?>);
    ALL.put("sequence", (v, a) -> isSequence(v));
    ALL.put("iterable", (v, a) -> Values.isIterable(v));
    ALL.put("callable", (v, a) -> v instanceof Function || v instanceof Undefined);
    ALL.put("odd", (v, a) -> rest(v, 2L) == 1);
    ALL.put("even", (v, a) -> rest(v, 2L) == 0);
    ALL.put("divisibleby", (v, a) -> rest(v, a.require("divisibleby", 0, "num")) == 0);
    ALL.put("escaped", (v, a) -> v instanceof Markup);
    ALL.put("lower", (v, a) -> cased(v, Character::isLowerCase, Character::isUpperCase));
    ALL.put("upper", (v, a) -> cased(v, Character::isUpperCase, Character::isLowerCase));
    ALL.put("in", (v, a) -> Values.contains(a.require("in", 0, "seq"), v));
    ALL.put("sameas", (v, a) -> same(v, a.require("sameas", 0, "other")));
    ALL.put("filter", (v, a) -> Values.isString(v) && Filters.exists(v.toString()));
    ALL.put("test", (v, a) -> Values.isString(v) && ALL.containsKey(v.toString()));
    comparison("==", "eq", "equalto");
    comparison("!=", "ne");
    comparison("<", "lt", "lessthan");
    comparison("<=", "le");
    comparison(">", "gt", "greaterthan");
    comparison(">=", "ge");
  }

  private TypeTests() {}

  static TypeTest find(String name) {
    TypeTest test = ALL.get(name);
    if (test == null) {
      throw TemplateException.type("No test named '" + name + "' found.");
    }
    return test;
  }

  private static void comparison(String operator, String... names) {
    TypeTest test = (v, a) -> Interpreter.compare(operator, v, a.require(names[0], 0, "other"));
    ALL.put(operator, test);
    for (String name : names) {
      ALL.put(name, test);
    }
  }

  private static boolean isSequence(Object value) {
    return value instanceof List<?>
        || value instanceof Tuple
        || value instanceof Map<?, ?>
        || value instanceof Undefined
        || Values.isString(value);
  }

  private static long rest(Object value, Object divisor) {
    Object rest = Operators.apply("%", value, divisor);
    return Numbers.is(rest) && Numbers.toDouble(rest) == 0
        ? 0
        : Numbers.is(rest) && Numbers.toDouble(rest) == 1 ? 1 : -1;
  }

  private static boolean cased(Object value, IntPredicate wanted, IntPredicate other) {
    String text = Values.string(value);
    return text.codePoints().anyMatch(wanted) && text.codePoints().noneMatch(other);
  }

  private static boolean same(Object a, Object b) {
    return a == b
        || (a.getClass() == b.getClass()
            && (a instanceof Boolean || a instanceof String || a instanceof Long)
            && a.equals(b));
  }
}
