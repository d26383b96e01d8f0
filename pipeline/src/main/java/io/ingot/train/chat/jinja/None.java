package io.ingot.train.chat.jinja;

/** Python's None. */
enum None {
  NONE
}
