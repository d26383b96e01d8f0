package io.ingot.job.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On text: what all of it must match. On a mapping: what its keys must match. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Named {
  /** Names of models, datasets, steps and suites: without dots and colons, which mean something. */
  String ANY = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}";

  /** Regular expression. */
  String value();
}
