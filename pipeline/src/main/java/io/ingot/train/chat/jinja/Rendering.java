package io.ingot.train.chat.jinja;

import java.util.List;

/**
 * What a template made.
 *
 * @param spans what {@code generation} blocks wrote, in order
 * @param spansExact false when such a block was inside of captured text (a macro, a block set), so
 *     that its place in the text is not known
 */
public record Rendering(String text, List<Span> spans, boolean spansExact) {
  /** A part of the text, in UTF-16 units, end exclusive. */
  public record Span(int start, int end) {}
}
