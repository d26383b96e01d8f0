package io.ingot.train.chat.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * The {@code attribute} of filters such as map: {@code a.b.0}.
 *
 * @param parts names and numbers; none is the value itself
 * @param otherwise what stands for a missing part, unless it is None
 */
record Path(List<Object> parts, Object otherwise) {
  static final Path SELF = new Path(List.of(), None.NONE);

  static Path of(Object attribute, Object otherwise) {
    if (attribute == None.NONE) {
      return SELF;
    }
    if (!Values.isString(attribute)) {
      return new Path(List.of(attribute), otherwise);
    }
    List<Object> parts = new ArrayList<>();
    for (String part : attribute.toString().split("\\.", -1)) {
      boolean number =
          !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
      parts.add(number ? (Object) Long.parseLong(part) : part);
    }
    return new Path(parts, otherwise);
  }

  Object get(Object value) {
    Object current = value;
    for (Object part : parts) {
      current = Attributes.item(current, part);
      if (current instanceof Undefined && otherwise != None.NONE) {
        current = otherwise;
      }
    }
    return current;
  }
}
