package io.ingot.job.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.job.schema.Schema.Bounds;
import io.ingot.job.schema.Schema.Group;
import io.ingot.job.schema.Schema.Key;
import io.ingot.job.schema.Schema.Struct;
import io.ingot.step.AnyOf;
import io.ingot.step.Default;
import io.ingot.step.Doc;
import io.ingot.step.Exclusive;
import io.ingot.step.Planned;
import io.ingot.step.Range;
import io.ingot.step.Required;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Makes the schema of a record from its components and their annotations. */
public final class RecordSchema {
  private RecordSchema() {}

  public static Struct of(Class<?> type) {
    SequencedMap<String, Key> keys = new LinkedHashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      if (!component.isAnnotationPresent(Planned.class)) {
        keys.put(key(component), keySchema(component));
      }
    }
    List<Group> groups =
        Arrays.stream(type.getAnnotationsByType(Exclusive.class))
            .map(e -> new Group(List.of(e.value()), e.required()))
            .toList();
    return new Struct(type.getSimpleName(), doc(type), keys, groups);
  }

  /** The key of a component in the job file. */
  public static String key(RecordComponent component) {
    JsonProperty name = component.getAccessor().getAnnotation(JsonProperty.class);
    return name != null && !name.value().isEmpty() ? name.value() : snake(component.getName());
  }

  private static Key keySchema(RecordComponent component) {
    Default byDefault = component.getAnnotation(Default.class);
    boolean demanded = component.isAnnotationPresent(Required.class);
    boolean nullable =
        !demanded && component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    Schema schema = schema(component.getGenericType(), component);
    Optional<JsonNode> value =
        byDefault != null
            ? Optional.of(Scalars.tree(byDefault.value()))
            : Optional.<JsonNode>empty();
    boolean required = byDefault == null && !nullable && !(schema instanceof Struct);
    return new Key(schema, doc(component), required, nullable, value);
  }

  private static Schema schema(Type type, AnnotatedElement place) {
    AnyOf shapes = place.getAnnotation(AnyOf.class);
    if (shapes != null) {
      return new Schema.Either(
          Arrays.stream(shapes.value()).map(shape -> plain(shape, place)).toList());
    }
    return plain(type, place);
  }

  private static Schema plain(Type type, AnnotatedElement place) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        Default byDefault = place.getAnnotation(Default.class);
        boolean empty = byDefault != null && byDefault.value().equals("[]");
        return new Schema.Items(plain(arguments[0], place), empty);
      }
      if (generic.getRawType() instanceof Class<?> raw && Map.class.isAssignableFrom(raw)) {
        return new Schema.Names(plain(arguments[1], Void.class), pattern(place));
      }
    }
    if (type instanceof Class<?> plain) {
      return plain(plain, place);
    }
    throw new IllegalArgumentException("no schema for " + type);
  }

  private static Schema plain(Class<?> type, AnnotatedElement place) {
    if (type == String.class) {
      return new Schema.Text(pattern(place));
    } else if (type == Boolean.class || type == boolean.class) {
      return new Schema.Truth();
    } else if (type == Integer.class
        || type == int.class
        || type == Long.class
        || type == long.class) {
      return new Schema.Whole(bounds(place));
    } else if (type == Double.class || type == double.class) {
      return new Schema.Real(bounds(place));
    } else if (type.isEnum()) {
      return choice(type);
    } else if (type.isRecord()) {
      return of(type);
    } else if (type.isArray()) {
      return new Schema.Items(plain(type.getComponentType(), place), false);
    } else if (JsonNode.class.isAssignableFrom(type)) {
      return new Schema.Tree(doc(place), List.of());
    }
    throw new IllegalArgumentException("no schema for " + type);
  }

  private static Schema choice(Class<?> type) {
    SequencedMap<String, String> words = new LinkedHashMap<>();
    for (Field field : type.getFields()) {
      if (field.isEnumConstant()) {
        JsonProperty name = field.getAnnotation(JsonProperty.class);
        words.put(
            name == null ? field.getName().toLowerCase(Locale.ROOT) : name.value(), doc(field));
      }
    }
    return new Schema.Choice(words);
  }

  private static Bounds bounds(AnnotatedElement place) {
    Range range = place.getAnnotation(Range.class);
    return range == null
        ? Bounds.NONE
        : new Bounds(range.min(), range.above(), range.max(), range.below());
  }

  private static Optional<String> pattern(AnnotatedElement place) {
    return Optional.ofNullable(place.getAnnotation(Named.class)).map(Named::value);
  }

  private static String doc(AnnotatedElement element) {
    Doc doc = element.getAnnotation(Doc.class);
    return doc == null ? "" : doc.value();
  }

  private static String snake(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }
}
