package io.ingot.merge.method;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What people are told about a merge method, in one place: its Javadoc shows it, {@code ingot merge
 * --methods} prints it, and the table in the README is made of it. A test runs the example.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Described {
  /** How people call the method. */
  String title();

  /**
   * What is computed, one step a line: {@code x_i} are the models, {@code w_i} their weights, sums
   * run over models, {@code |x|} is a norm over the whole tensor.
   */
  String formula();

  /** Address of the paper or page that introduced it. */
  String paper() default "";

  /** A whole recipe of models {@code a}, {@code b}, {@code c} and {@code base}. */
  String example();
}
