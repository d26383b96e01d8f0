package io.ingot.job;

import org.yaml.snakeyaml.error.Mark;

/**
 * A place in a job file, lines and columns counted from 1.
 *
 * @param source the file as the user wrote it, or {@code --set KEY}
 * @param line 0 where there is no line, as in a command line option
 */
public record Place(String source, int line, int column) {
  /** How the source of an override begins. */
  static final String OPTION = "--set ";

  /** The place of a mark of our own reader. */
  public static Place of(Mark mark) {
    boolean file = !mark.getName().startsWith(OPTION);
    return new Place(
        mark.getName(), file ? mark.getLine() + 1 : 0, file ? mark.getColumn() + 1 : 0);
  }

  @Override
  public String toString() {
    return line == 0 ? source : source + ":" + line + ":" + column;
  }
}
