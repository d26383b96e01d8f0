package io.ingot.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of text with aligned columns; numbers stand right when their head begins with a space.
 */
final class TextTable {
  private final List<String[]> rows = new ArrayList<>();
  private final String[] head;

  TextTable(String... head) {
    this.head = head;
    rows.add(head);
  }

  void row(String... cells) {
    rows.add(cells);
  }

  List<String> lines() {
    int[] widths = new int[head.length];
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row[i].strip().length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = row[i].strip();
        String gap = " ".repeat(widths[i] - cell.length());
        line.append(head[i].startsWith(" ") ? gap + cell : cell + gap).append("  ");
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
