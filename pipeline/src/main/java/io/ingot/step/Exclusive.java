package io.ingot.step;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Keys of a parameter record of which at most one may be given; the defaults of the others then do
 * not apply.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Exclusive.List.class)
public @interface Exclusive {
  /** The keys, as in the job file. */
  String[] value();

  /** Whether one of them must be there. */
  boolean required() default false;

  /** Several groups. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @interface List {
    Exclusive[] value();
  }
}
