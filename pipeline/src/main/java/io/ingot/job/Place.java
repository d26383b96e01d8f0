package io.ingot.job;

import org.yaml.snakeyaml.error.Mark;

/**
 * A place in a job file, lines and columns counted from 1.
 *
 * @param source the file as the user wrote it, or {@code --set KEY}
 * @param line 0 where there is no line, as in a command line option
 */
public record Place(String source, int line, int column) {
  static Place of(Mark mark) {
    return new Place(mark.getName(), mark.getLine() + 1, mark.getColumn() + 1);
  }

  @Override
  public String toString() {
    return line == 0 ? source : source + ":" + line + ":" + column;
  }
}
