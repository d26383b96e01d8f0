package io.ingot.step;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Shapes that a component of type {@link com.fasterxml.jackson.databind.JsonNode} takes, e.g.
 * {@code String.class, String[].class}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface AnyOf {
  Class<?>[] value();
}
