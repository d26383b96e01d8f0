package io.ingot.train.chat.jinja;

import java.math.BigInteger;

/** Python's arithmetic: whole numbers without bounds (within reason), floats, true as 1. */
final class Numbers {
  private static final BigInteger LOW = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger HIGH = BigInteger.valueOf(Long.MAX_VALUE);
  private static final int MOST_BITS = 100_000;

  private Numbers() {}

  static boolean is(Object value) {
    return value instanceof Long
        || value instanceof Double
        || value instanceof BigInteger
        || value instanceof Boolean;
  }

  static boolean isInteger(Object value) {
    return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
  }

  /** A Long where it fits. */
  static Object narrow(BigInteger value) {
    if (value.bitLength() > MOST_BITS) {
      throw TemplateException.limit("a number has more than " + MOST_BITS + " bits");
    }
    return value.compareTo(LOW) >= 0 && value.compareTo(HIGH) <= 0
        ? (Object) value.longValue()
        : value;
  }

  static BigInteger big(Object value) {
    return switch (value) {
      case Long l -> BigInteger.valueOf(l);
      case Boolean b -> b ? BigInteger.ONE : BigInteger.ZERO;
      case BigInteger b -> b;
      default -> throw TemplateException.type("an integer is required");
    };
  }

  static double toDouble(Object value) {
    return switch (value) {
      case Long l -> l;
      case Double d -> d;
      case Boolean b -> b ? 1 : 0;
      case BigInteger b -> b.doubleValue();
      default -> throw TemplateException.type("must be real number");
    };
  }

  /** A whole number as an index. */
  static long index(Object value) {
    return switch (value) {
      case Long l -> l;
      case Boolean b -> b ? 1 : 0;
      case BigInteger ignored -> throw TemplateException.limit("an index is too large");
      case Undefined u -> throw u.error();
      default ->
          throw TemplateException.type(
              "'" + Values.typeName(value) + "' object cannot be interpreted as an integer");
    };
  }

  static Object negate(Object value) {
    return value instanceof Double d ? (Object) (-d) : narrow(big(value).negate());
  }

  static Object add(Object a, Object b) {
    return floating(a, b) ? (Object) (toDouble(a) + toDouble(b)) : narrow(big(a).add(big(b)));
  }

  static Object subtract(Object a, Object b) {
    return floating(a, b) ? (Object) (toDouble(a) - toDouble(b)) : narrow(big(a).subtract(big(b)));
  }

  static Object multiply(Object a, Object b) {
    return floating(a, b) ? (Object) (toDouble(a) * toDouble(b)) : narrow(big(a).multiply(big(b)));
  }

  static Object divide(Object a, Object b) {
    if (toDouble(b) == 0) {
      throw TemplateException.type("division by zero");
    }
    return toDouble(a) / toDouble(b);
  }

  static Object floorDivide(Object a, Object b) {
    if (toDouble(b) == 0) {
      throw TemplateException.type("integer division or modulo by zero");
    }
    if (floating(a, b)) {
      return Math.floor(toDouble(a) / toDouble(b));
    }
    BigInteger[] parts = big(a).divideAndRemainder(big(b));
    boolean down = parts[1].signum() != 0 && parts[1].signum() != big(b).signum();
    return narrow(down ? parts[0].subtract(BigInteger.ONE) : parts[0]);
  }

  static Object modulo(Object a, Object b) {
    if (toDouble(b) == 0) {
      throw TemplateException.type("integer modulo by zero");
    }
    if (floating(a, b)) {
      double rest = toDouble(a) % toDouble(b);
      return rest != 0 && (rest < 0) != (toDouble(b) < 0) ? rest + toDouble(b) : rest;
    }
    BigInteger rest = big(a).remainder(big(b));
    return narrow(rest.signum() != 0 && rest.signum() != big(b).signum() ? rest.add(big(b)) : rest);
  }

  static Object power(Object a, Object b) {
    if (floating(a, b) || big(b).signum() < 0) {
      return Math.pow(toDouble(a), toDouble(b));
    }
    BigInteger exponent = big(b);
    long bits = Math.max(1, big(a).bitLength());
    if (exponent.bitLength() > 31 || bits * exponent.longValue() > MOST_BITS) {
      throw TemplateException.limit("a number has more than " + MOST_BITS + " bits");
    }
    return narrow(big(a).pow(exponent.intValue()));
  }

  static int compare(Object a, Object b) {
    return floating(a, b)
        ? Double.compare(toDouble(a) + 0.0, toDouble(b) + 0.0)
        : big(a).compareTo(big(b));
  }

  private static boolean floating(Object a, Object b) {
    return a instanceof Double || b instanceof Double;
  }
}
