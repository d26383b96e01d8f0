package io.ingot.train.chat.jinja;

/**
 * A value that is not there: prints nothing, is false and empty, and fails when it is looked into.
 *
 * @param reason what to say when it is used
 * @param unsafe whether it stands for something that the sandbox hides
 */
record Undefined(String reason, boolean unsafe) {
  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined", false);
  }

  static Undefined because(String reason) {
    return new Undefined(reason, false);
  }

  /** An attribute or item that an object lacks. */
  static Undefined missing(Object object, Object attribute) {
    String owner = object == None.NONE ? "'None'" : "'" + Values.typeName(object) + " object'";
    return because(
        attribute instanceof String || attribute instanceof Markup
            ? owner + " has no attribute " + Repr.of(attribute)
            : Values.typeName(object) + " object has no element " + Repr.of(attribute));
  }

  static Undefined unsafe(Object object, String attribute) {
    return new Undefined(
        "access to attribute '"
            + attribute
            + "' of '"
            + Values.typeName(object)
            + "' object is unsafe.",
        true);
  }

  TemplateException error() {
    return new TemplateException(
        unsafe ? TemplateException.Kind.SECURITY : TemplateException.Kind.UNDEFINED, reason);
  }

  @Override
  public String toString() {
    return "";
  }
}
