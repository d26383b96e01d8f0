package io.ingot.license;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All ancestors, models and data, and how they descend from each other. */
final class Chain {
  private final Map<String, Ancestor> models = new LinkedHashMap<>();
  private final List<Ancestor> datasets = new ArrayList<>();

  Chain(List<Ancestor> ancestors) {
    for (Ancestor ancestor : ancestors) {
      if (ancestor.isModel()) {
        models.putIfAbsent(Ancestor.key(ancestor.subject()), ancestor);
      } else if (datasets.stream().noneMatch(d -> d.subject().equals(ancestor.subject()))) {
        datasets.add(ancestor);
      }
    }
  }

  List<Ancestor> models() {
    return List.copyOf(models.values());
  }

  List<Ancestor> datasets() {
    return List.copyOf(datasets);
  }

  Stream<Ancestor> all() {
    return Stream.concat(models.values().stream(), datasets.stream());
  }

  Optional<Ancestor> model(String subject) {
    return Optional.ofNullable(models.get(Ancestor.key(subject)));
  }

  /** The distinct terms that bind models, in the order of the ancestors. */
  List<License> modelTerms() {
    return models.values().stream().flatMap(a -> a.terms().stream()).distinct().toList();
  }

  /** Whether {@code descendant} was made, over any number of steps, from {@code ancestor}. */
  boolean descends(Ancestor descendant, Ancestor ancestor) {
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(descendant.evidence().bases());
    while (!open.isEmpty()) {
      String name = Ancestor.key(open.pop());
      if (name.equals(Ancestor.key(ancestor.subject()))) {
        return true;
      }
      Ancestor next = models.get(name);
      if (seen.add(name) && next != null) {
        open.addAll(next.evidence().bases());
      }
    }
    return false;
  }

  /** A cycle of declared bases, first name repeated at the end; empty when there is none. */
  List<String> cycle() {
    for (Ancestor start : models.values()) {
      List<String> path = new ArrayList<>();
      if (walk(start, path, new HashSet<>())) {
        return path;
      }
    }
    return List.of();
  }

  private boolean walk(@Nullable Ancestor at, List<String> path, Set<String> finished) {
    if (at == null || finished.contains(Ancestor.key(at.subject()))) {
      return false;
    }
    int seen = path.indexOf(at.subject());
    path.add(at.subject());
    if (seen >= 0) {
      path.subList(0, seen).clear();
      return true;
    }
    for (String base : at.evidence().bases()) {
      if (walk(models.get(Ancestor.key(base)), path, finished)) {
        return true;
      }
    }
    path.removeLast();
    finished.add(Ancestor.key(at.subject()));
    return false;
  }
}
