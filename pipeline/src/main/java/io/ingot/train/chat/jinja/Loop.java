package io.ingot.train.chat.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The {@code loop} of a for: looks ahead only when it is asked to, as Jinja2's does. */
final class Loop implements Function {
  private final Iterator<Object> source;
  private final Deque<Object> ahead = new ArrayDeque<>();
  private final Function recursion;
  private final int depth;
  private long index0 = -1;
  private Object previous = Undefined.because("there is no previous item");
  private Object current = Undefined.because("there is no current item");
  private Optional<List<Object>> lastChanged = Optional.empty();

  /**
   * A loop that has not begun.
   *
   * @param recursion what {@code loop(...)} does
   * @param depth 0 for the outermost
   */
  Loop(Iterator<Object> source, Function recursion, int depth) {
    this.source = source;
    this.recursion = recursion;
    this.depth = depth;
  }

  boolean hasNext() {
    return !ahead.isEmpty() || source.hasNext();
  }

  Object next() {
    previous = index0 < 0 ? previous : current;
    current = ahead.isEmpty() ? source.next() : ahead.poll();
    index0++;
    return current;
  }

  private boolean peek() {
    if (ahead.isEmpty() && source.hasNext()) {
      ahead.add(source.next());
    }
    return !ahead.isEmpty();
  }

  private long length() {
    source.forEachRemaining(ahead::add);
    return index0 + 1 + ahead.size();
  }

  Optional<Object> attribute(String name) {
    return switch (name) {
      case "index" -> Optional.of(index0 + 1);
      case "index0" -> Optional.of(index0);
      case "revindex" -> Optional.of(length() - index0);
      case "revindex0" -> Optional.of(length() - index0 - 1);
      case "first" -> Optional.of(index0 == 0);
      case "last" -> Optional.of(!peek());
      case "length" -> Optional.of(length());
      case "depth" -> Optional.of((long) depth + 1);
      case "depth0" -> Optional.of((long) depth);
      case "previtem" -> Optional.of(previous);
      case "nextitem" ->
          Optional.of(peek() ? ahead.getFirst() : Undefined.because("there is no next item"));
      case "cycle" -> Optional.of((Function) this::cycle);
      case "changed" -> Optional.of((Function) this::changed);
      default -> Optional.empty();
    };
  }

  private Object cycle(Arguments a) {
    if (a.positional().isEmpty()) {
      throw TemplateException.type("no items for cycling given");
    }
    return a.positional().get((int) (index0 % a.positional().size()));
  }

  private Object changed(Arguments a) {
    boolean changed = lastChanged.isEmpty() || !Values.equal(lastChanged.get(), a.positional());
    lastChanged = Optional.of(a.positional());
    return changed;
  }

  @Override
  public Object call(Arguments arguments) {
    return recursion.call(arguments);
  }
}
