package io.ingot.train.chat.jinja;

/** What stands behind a {@code |}. */
@FunctionalInterface
interface Filter {
  Object apply(Object value, Arguments arguments);
}
