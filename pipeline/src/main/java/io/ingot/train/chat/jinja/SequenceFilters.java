package io.ingot.train.chat.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Filters over lists, dicts and other iterables. */
final class SequenceFilters {
  private SequenceFilters() {}

  static void register(Map<String, Filter> filters) {
    Filter length = (v, a) -> Values.length(v);
    filters.put("length", length);
    filters.put("count", length);
    Filter otherwise = SequenceFilters::otherwise;
    filters.put("default", otherwise);
    filters.put("d", otherwise);
    filters.put("list", (v, a) -> new ArrayList<>(Values.iterate(v)));
    filters.put("items", SequenceFilters::items);
    filters.put("join", SequenceFilters::join);
    filters.put("first", SequenceFilters::first);
    filters.put("last", SequenceFilters::last);
    filters.put("reverse", SequenceFilters::reverse);
    filters.put("map", SequenceFilters::map);
    filters.put("select", (v, a) -> select(v, a, false, true));
    filters.put("reject", (v, a) -> select(v, a, false, false));
    filters.put("selectattr", (v, a) -> select(v, a, true, true));
    filters.put("rejectattr", (v, a) -> select(v, a, true, false));
    filters.put("unique", SequenceFilters::unique);
    filters.put("sort", SequenceFilters::sort);
    filters.put("dictsort", SequenceFilters::dictSort);
    filters.put("groupby", SequenceFilters::groupBy);
    filters.put("batch", SequenceFilters::batch);
    filters.put("slice", SequenceFilters::slice);
    filters.put("attr", SequenceFilters::attr);
    filters.put("min", (v, a) -> extreme(v, a, -1));
    filters.put("max", (v, a) -> extreme(v, a, 1));
  }

  private static Object otherwise(Object value, Arguments a) {
    a.accept("default", "default_value", "boolean");
    boolean falsy = a.truth(1, "boolean", false) && !Values.truth(value);
    return value instanceof Undefined || falsy ? a.get(0, "default_value", "") : value;
  }

  private static Object items(Object value, Arguments a) {
    if (value instanceof Undefined) {
      return new Lazy(List::of);
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw TemplateException.type("Can only get item pairs from a mapping.");
    }
    return new Lazy(() -> Attributes.pairs(Values.cast(map)));
  }

  private static Object join(Object value, Arguments a) {
    a.accept("join", "d", "attribute");
    Path path = Path.of(a.get(1, "attribute", None.NONE), None.NONE);
    StringBuilder out = new StringBuilder();
    String separator = a.string(0, "d", "");
    boolean first = true;
    for (Object item : Values.iterate(value)) {
      out.append(first ? "" : separator).append(Values.string(path.get(item)));
      first = false;
      if (out.length() > Template.MOST_OUTPUT) {
        throw TemplateException.limit("a text is longer than " + Template.MOST_OUTPUT);
      }
    }
    return out.toString();
  }

  private static Object first(Object value, Arguments a) {
    List<Object> items = Values.iterate(value);
    return items.isEmpty()
        ? Undefined.because("No first item, sequence was empty.")
        : items.getFirst();
  }

  private static Object last(Object value, Arguments a) {
    if (value instanceof Lazy) {
      throw TemplateException.type("'generator' object is not reversible");
    }
    List<Object> items = Values.iterate(value);
    return items.isEmpty()
        ? Undefined.because("No last item, sequence was empty.")
        : items.getLast();
  }

  private static Object reverse(Object value, Arguments a) {
    if (Values.isString(value)) {
      return new StringBuilder(value.toString()).reverse().toString();
    }
    List<Object> reversed = new ArrayList<>(Values.iterate(value));
    Collections.reverse(reversed);
    return new Lazy(() -> reversed);
  }

  private static Object map(Object value, Arguments a) {
    if (a.positional().isEmpty() && a.named().containsKey("attribute")) {
      Object attribute = a.get(0, "attribute", None.NONE);
      Path path = Path.of(attribute, a.named().getOrDefault("default", None.NONE));
      return new Lazy(() -> mapped(value, path::get));
    }
    if (a.positional().isEmpty()) {
      throw TemplateException.type("map requires a filter argument");
    }
    Filter filter = Filters.find(Values.string(a.positional().getFirst()));
    Arguments rest = a.without(1);
    return new Lazy(() -> mapped(value, item -> filter.apply(item, rest)));
  }

  /** None and other false values count as empty for map and select, as in Jinja2. */
  private static List<Object> itemsOf(Object value) {
    return Values.truth(value) ? Values.iterate(value) : List.of();
  }

  private static List<Object> mapped(
      Object value, java.util.function.Function<Object, Object> function) {
    List<Object> result = new ArrayList<>();
    for (Object item : itemsOf(value)) {
      result.add(function.apply(item));
    }
    return result;
  }

  private static Object select(Object value, Arguments a, boolean byAttribute, boolean keep) {
    Path path =
        byAttribute ? Path.of(a.require("selectattr", 0, "attribute"), None.NONE) : Path.SELF;
    Arguments rest = byAttribute ? a.without(1) : a;
    TypeTest test;
    Arguments arguments;
    if (rest.positional().isEmpty()) {
      test = (v, ignored) -> Values.truth(v);
      arguments = Arguments.NONE;
    } else {
      test = TypeTests.find(Values.string(rest.positional().getFirst()));
      arguments = rest.without(1);
    }
    return new Lazy(
        () -> {
          List<Object> result = new ArrayList<>();
          for (Object item : itemsOf(value)) {
            if (test.test(path.get(item), arguments) == keep) {
              result.add(item);
            }
          }
          return result;
        });
  }

  private static Object unique(Object value, Arguments a) {
    a.accept("unique", "case_sensitive", "attribute");
    boolean exact = a.truth(0, "case_sensitive", false);
    Path path = Path.of(a.get(1, "attribute", None.NONE), None.NONE);
    return new Lazy(
        () -> {
          Set<Object> seen = new LinkedHashSet<>();
          List<Object> result = new ArrayList<>();
          for (Object item : Values.iterate(value)) {
            if (seen.add(Values.key(fold(path.get(item), exact)))) {
              result.add(item);
            }
          }
          return result;
        });
  }

  private static Object fold(Object value, boolean exact) {
    return !exact && Values.isString(value) ? value.toString().toLowerCase(Locale.ROOT) : value;
  }

  private static Comparator<Object> order(boolean exact) {
    return (x, y) -> {
      Object p = fold(x, exact);
      Object q = fold(y, exact);
      return Values.compare(p, q, "<");
    };
  }

  private static Object sort(Object value, Arguments a) {
    a.accept("sort", "reverse", "case_sensitive", "attribute");
    boolean exact = a.truth(1, "case_sensitive", false);
    Object attribute = a.get(2, "attribute", None.NONE);
    List<Object> names =
        Values.isString(attribute)
            ? List.of((Object[]) attribute.toString().split(",", -1))
            : List.of(attribute);
    Comparator<Object> order =
        names.stream()
            .map(name -> Path.of(name, None.NONE))
            .<Comparator<Object>>map(
                path -> (x, y) -> order(exact).compare(path.get(x), path.get(y)))
            .reduce(Comparator::thenComparing)
            .orElseThrow();
    List<Object> sorted = new ArrayList<>(Values.iterate(value));
    sorted.sort(a.truth(0, "reverse", false) ? order.reversed() : order);
    return sorted;
  }

  private static Object dictSort(Object value, Arguments a) {
    a.accept("dictsort", "case_sensitive", "by", "reverse");
    if (!(value instanceof Map<?, ?> map)) {
      throw TemplateException.type(
          "'" + Values.typeName(value) + "' object has no attribute 'items'");
    }
    int position =
        switch (a.string(1, "by", "key")) {
          case "key" -> 0;
          case "value" -> 1;
          default ->
              throw TemplateException.type("You can only sort by either \"key\" or \"value\"");
        };
    boolean exact = a.truth(0, "case_sensitive", false);
    List<Object> pairs = Attributes.pairs(Values.cast(map));
    Comparator<Object> order =
        (x, y) ->
            order(exact)
                .compare(((Tuple) x).items().get(position), ((Tuple) y).items().get(position));
    pairs.sort(a.truth(2, "reverse", false) ? order.reversed() : order);
    return pairs;
  }

  private static Object groupBy(Object value, Arguments a) {
    a.accept("groupby", "attribute", "default", "case_sensitive");
    Path path = Path.of(a.require("groupby", 0, "attribute"), a.get(1, "default", None.NONE));
    boolean exact = a.truth(2, "case_sensitive", false);
    List<Object> sorted = new ArrayList<>(Values.iterate(value));
    sorted.sort((x, y) -> order(exact).compare(path.get(x), path.get(y)));
    List<Object> groups = new ArrayList<>();
    List<Object> group = new ArrayList<>();
    for (Object item : sorted) {
      if (!group.isEmpty()
          && !Values.equal(fold(path.get(group.getFirst()), exact), fold(path.get(item), exact))) {
        groups.add(Tuple.of(path.get(group.getFirst()), group));
        group = new ArrayList<>();
      }
      group.add(item);
    }
    if (!group.isEmpty()) {
      groups.add(Tuple.of(path.get(group.getFirst()), group));
    }
    return groups;
  }

  private static Object batch(Object value, Arguments a) {
    a.accept("batch", "linecount", "fill_with");
    int size = (int) Math.clamp(Numbers.index(a.require("batch", 0, "linecount")), 1, 100_000);
    List<Object> batches = new ArrayList<>();
    List<Object> current = new ArrayList<>();
    for (Object item : Values.iterate(value)) {
      if (current.size() == size) {
        batches.add(current);
        current = new ArrayList<>();
      }
      current.add(item);
    }
    Object fill = a.get(1, "fill_with", None.NONE);
    while (fill != None.NONE && !current.isEmpty() && current.size() < size) {
      current.add(fill);
    }
    if (!current.isEmpty()) {
      batches.add(current);
    }
    return new Lazy(() -> batches);
  }

  private static Object slice(Object value, Arguments a) {
    a.accept("slice", "slices", "fill_with");
    List<Object> items = Values.iterate(value);
    int slices = (int) Math.clamp(Numbers.index(a.require("slice", 0, "slices")), 1, 100_000);
    int each = items.size() / slices;
    int longer = items.size() % slices;
    Object fill = a.get(1, "fill_with", None.NONE);
    List<Object> result = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < slices; i++) {
      int end = at + each + (i < longer ? 1 : 0);
      List<Object> part = new ArrayList<>(items.subList(at, end));
      if (fill != None.NONE && i >= longer) {
        part.add(fill);
      }
      result.add(part);
      at = end;
    }
    return new Lazy(() -> result);
  }

  private static Object attr(Object value, Arguments a) {
    String name = a.string(0, "name", "");
    Object found = Attributes.attribute(value, name);
    return value instanceof Map<?, ?> map && found == map.get(name)
        ? Undefined.missing(value, name)
        : found;
  }

  private static Object extreme(Object value, Arguments a, int direction) {
    a.accept("max", "case_sensitive", "attribute");
    Comparator<Object> order = order(a.truth(0, "case_sensitive", false));
    Path path = Path.of(a.get(1, "attribute", None.NONE), None.NONE);
    List<Object> items = Values.iterate(value);
    if (items.isEmpty()) {
      return Undefined.because("No aggregated item, sequence was empty.");
    }
    Object best = items.getFirst();
    for (Object item : items.subList(1, items.size())) {
      if (order.compare(path.get(item), path.get(best)) * direction > 0) {
        best = item;
      }
    }
    return best;
  }
}
