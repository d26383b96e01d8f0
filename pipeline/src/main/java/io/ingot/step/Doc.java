package io.ingot.step;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says what a key of the job file means: on a component of a parameter record, on the record, or on
 * a constant of an enum. The published schema and the messages are made of it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.TYPE, ElementType.FIELD})
public @interface Doc {
  /** One sentence for the editor. */
  String value();
}
