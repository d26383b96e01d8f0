package io.ingot.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.progress.Progress;
import java.io.PrintWriter;

/**
 * Where a command prints: the result on stdout, everything else on stderr.
 *
 * @param json whether the result is one JSON document
 * @param terminal whether a person can be asked and a bar can be drawn
 */
record Console(
    PrintWriter out,
    PrintWriter err,
    boolean json,
    boolean quiet,
    boolean terminal,
    boolean colors) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A line of the result. */
  void result(String line) {
    out.println(line);
    out.flush();
  }

  /** A value of the result, as one line of JSON. */
  void result(Object value) {
    try {
      result(JSON.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A line for the person who watches; left out when quiet. */
  void note(String line) {
    if (!quiet) {
      err.println(line);
      err.flush();
    }
  }

  /** A line that says what is wrong; shown even when quiet. */
  void error(String line) {
    err.println(line);
    err.flush();
  }

  /** Part of a conversation with the person at the terminal. */
  void ask(String line) {
    err.println(line);
    err.flush();
  }

  /** Warnings are shown even when quiet. */
  void warn(String line) {
    err.println("warning: " + line);
    err.flush();
  }

  /** Draws a bar on a terminal, prints a line every 10 s elsewhere, nothing when quiet. */
  Progress progress() {
    return quiet ? Progress.NONE : new ProgressDisplay(err, terminal);
  }
}
