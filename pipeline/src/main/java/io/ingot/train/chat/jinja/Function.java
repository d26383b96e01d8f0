package io.ingot.train.chat.jinja;

/** Anything that a template can call. */
@FunctionalInterface
interface Function {
  Object call(Arguments arguments);
}
