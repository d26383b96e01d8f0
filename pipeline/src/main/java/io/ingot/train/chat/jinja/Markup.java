package io.ingot.train.chat.jinja;

/** Text that counts as escaped HTML: what plain text is added to it is escaped. */
record Markup(String text) {
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  /** Its text as it is when escaped already, else the escaped text of the value. */
  static String escaped(Object value) {
    return value instanceof Markup markup ? markup.text() : escape(Values.string(value));
  }

  @Override
  public String toString() {
    return text;
  }
}
