package io.ingot.cli;

import java.io.StringWriter;

/** Standard error that gets the process a signal once a text is printed. */
final class SignalAtText extends StringWriter {
  private final String text;
  private boolean done;

  SignalAtText(String text) {
    this.text = text;
  }

  @Override
  public void write(String string, int offset, int length) {
    super.write(string, offset, length);
    if (!done && string.contains(text)) {
      done = true;
      Interrupts.signal();
    }
  }
}
