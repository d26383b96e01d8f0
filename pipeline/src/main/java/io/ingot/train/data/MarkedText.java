package io.ingot.train.data;

import io.ingot.train.chat.jinja.Rendering;
import io.ingot.train.tokenizer.TokenizedText;
import java.util.List;

/**
 * A text and the parts of it that are trained.
 *
 * @param spans UTF-16 units, in order, not overlapping
 */
record MarkedText(String text, List<Rendering.Span> spans) {
  /**
   * Which tokens are trained: from the one that holds a span's first character to the one that
   * holds its last, as transformers decides ({@code return_assistant_tokens_mask}).
   */
  boolean[] mask(TokenizedText tokens) {
    boolean[] mask = new boolean[tokens.length()];
    int from = 0;
    for (Rendering.Span span : spans) {
      if (span.end() <= span.start()) {
        continue;
      }
      int first = holding(tokens, span.start(), from);
      if (first < 0) {
        break;
      }
      int last = holding(tokens, span.end() - 1, first);
      int end = last < 0 ? tokens.length() : lastPart(tokens, last, span.end() - 1) + 1;
      for (int i = first; i < end; i++) {
        mask[i] = true;
      }
      from = first;
    }
    return mask;
  }

  /** The first token that holds a character; -1 when none does. */
  private static int holding(TokenizedText tokens, int character, int from) {
    for (int i = from; i < tokens.length(); i++) {
      if (tokens.starts()[i] <= character && character < tokens.ends()[i]) {
        return i;
      }
    }
    return -1;
  }

  /** A character may be spread over several tokens, as the bytes of an emoji are. */
  private static int lastPart(TokenizedText tokens, int first, int character) {
    int last = first;
    while (last + 1 < tokens.length()
        && tokens.starts()[last + 1] <= character
        && character < tokens.ends()[last + 1]) {
      last++;
    }
    return last;
  }
}
