package io.ingot.step;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The numbers that a key of the job file accepts; both ends belong to it unless {@code above}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {
  /** Smallest number. */
  double min() default Double.NEGATIVE_INFINITY;

  /** Numbers must be greater than this. */
  double above() default Double.NEGATIVE_INFINITY;

  /** Greatest number. */
  double max() default Double.POSITIVE_INFINITY;

  /** Numbers must be less than this. */
  double below() default Double.POSITIVE_INFINITY;
}
