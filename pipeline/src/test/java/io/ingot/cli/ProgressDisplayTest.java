package io.ingot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.progress.Progress.Unit;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
  private final StringWriter err = new StringWriter();

  private ProgressDisplay display(boolean terminal) {
    return new ProgressDisplay(new PrintWriter(err, true), terminal);
  }

  @Test
  void aTerminalGetsABarOverBytesAndALineOfItsOwn() {
    ProgressDisplay display = display(true);
    display.begin("merge", 4_000_000_000L, Unit.BYTES);
    display.advance(4_000_000_000L);
    display.note("warning: something");
    display.advance(0);
    display.end();
    String[] lines = err.toString().split("\n");
    assertThat(lines[0])
        .startsWith("\rmerge [########################] 100% 4.0 GB/4.0 GB, ")
        .contains("/s")
        .endsWith("warning: something");
    assertThat(err.toString()).as("ends its line").endsWith(System.lineSeparator());
    display.end();
    assertThat(err.toString().split("\n")).hasSameSizeAs(lines);
  }

  @Test
  void elsewhereNothingIsDrawnOverAndShortWorkSaysNothing() {
    ProgressDisplay display = display(false);
    display.begin("merge", 100, Unit.BYTES);
    display.advance(100);
    display.end();
    assertThat(err.toString()).isEmpty();
  }
}
