package io.ingot.step;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What stands for a key that is left out, written as in the job file: {@code 16}, {@code cosine},
 * {@code [0.9, 0.999]}. A component with neither a default nor {@code @Nullable} is required; a
 * record is then made of its own defaults. On a {@code @Nullable} component {@code null} may be
 * written to switch the default off. The planner fills defaults in, so that steps and cache keys
 * see all of them.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
  String value();
}
