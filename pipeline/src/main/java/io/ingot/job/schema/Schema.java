package io.ingot.job.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** What a value of the job file may be. */
public sealed interface Schema {
  /**
   * Text.
   *
   * @param pattern regular expression that all of it must match
   */
  record Text(Optional<String> pattern) implements Schema {}

  /** One of these words, each with its meaning or an empty text. */
  record Choice(SequencedMap<String, String> words) implements Schema {
    public Choice {
      words = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(words));
    }
  }

  /** {@code true} or {@code false}. */
  record Truth() implements Schema {}

  /** A whole number between the bounds. */
  record Whole(Bounds bounds) implements Schema {}

  /** A number between the bounds. */
  record Real(Bounds bounds) implements Schema {}

  /** A list that is not empty unless {@code empty} is allowed. */
  record Items(Schema item, boolean empty) implements Schema {}

  /** A mapping from names of the user's choice, or from any text where there is no pattern. */
  record Names(Schema value, Optional<String> pattern) implements Schema {}

  /** A mapping with known keys. */
  record Struct(String name, String doc, SequencedMap<String, Key> keys, List<Group> groups)
      implements Schema {
    public Struct {
      keys = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(keys));
      groups = List.copyOf(groups);
    }

    /** The keys of both, first this one's. */
    public Struct and(Struct other) {
      SequencedMap<String, Key> all = new LinkedHashMap<>(keys);
      all.putAll(other.keys);
      List<Group> both = new ArrayList<>(groups);
      both.addAll(other.groups);
      return new Struct(name, doc, all, both);
    }
  }

  /** Any of several shapes. */
  record Either(List<Schema> shapes) implements Schema {}

  /**
   * Whatever YAML can say; another room reads it.
   *
   * @param keys what its mapping may hold; empty for anything
   */
  record Tree(String doc, List<String> keys) implements Schema {}

  /**
   * Axes along which a recipe varies; another room reads them.
   *
   * @param beside the key that holds the recipe and must stand beside this one
   * @param keys what a part of a recipe may hold
   */
  record Matrix(String beside, List<String> keys) implements Schema {}

  /**
   * A key of a mapping.
   *
   * @param byDefault what stands for it when it is left out
   */
  record Key(
      Schema schema,
      String doc,
      boolean required,
      boolean nullable,
      Optional<JsonNode> byDefault) {}

  /** Keys of which at most one, or exactly one, may be given. */
  record Group(List<String> keys, boolean required) {}

  /** Bounds of numbers; infinite where there are none. */
  record Bounds(double min, double above, double max, double below) {
    static final Bounds NONE =
        new Bounds(
            Double.NEGATIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            Double.POSITIVE_INFINITY);

    public boolean holds(double number) {
      return number >= min
          && number <= max
          && (number > above || above == Double.NEGATIVE_INFINITY)
          && (number < below || below == Double.POSITIVE_INFINITY);
    }

    /** For example {@code " >= 0 and < 1"}; empty without bounds. */
    public String describe() {
      List<String> parts = new ArrayList<>();
      part(parts, ">=", min);
      part(parts, ">", above);
      part(parts, "<=", max);
      part(parts, "<", below);
      return parts.isEmpty() ? "" : " " + String.join(" and ", parts);
    }

    private static void part(List<String> parts, String operator, double bound) {
      if (!Double.isInfinite(bound)) {
        parts.add(
            operator + " " + (bound == Math.rint(bound) ? Long.toString((long) bound) : bound));
      }
    }
  }

  /** For messages: {@code a whole number >= 1}. */
  default String expected() {
    return switch (this) {
      case Text t -> t.pattern().map(p -> "text like " + p).orElse("text");
      case Choice c -> "one of " + String.join(", ", c.words().keySet());
      case Truth t -> "true or false";
      case Whole w -> "a whole number" + w.bounds().describe();
      case Real r -> "a number" + r.bounds().describe();
      case Items i -> "a list of " + plural(i.item());
      case Names n -> "a mapping of names";
      case Struct s -> "a mapping with the keys " + String.join(", ", s.keys().keySet());
      case Either e -> String.join(" or ", e.shapes().stream().map(Schema::expected).toList());
      case Tree t -> "a mapping";
      case Matrix m -> "a mapping of axes";
    };
  }

  private static String plural(Schema item) {
    return switch (item) {
      case Text t -> "texts";
      case Choice c -> String.join(", ", c.words().keySet());
      case Whole w -> "whole numbers" + w.bounds().describe();
      case Real r -> "numbers" + r.bounds().describe();
      case Struct s -> "mappings";
      default -> "values";
    };
  }
}
