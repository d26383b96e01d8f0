package io.ingot.train.chat.jinja;

/** What stands behind {@code is}. */
@FunctionalInterface
interface TypeTest {
  boolean test(Object value, Arguments arguments);
}
