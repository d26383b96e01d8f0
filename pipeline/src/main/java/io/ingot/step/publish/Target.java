package io.ingot.step.publish;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A place that takes publications. */
interface Target {
  /** For the journal; the same place always has the same name. */
  String name();

  /** The publication, if the place holds it already. */
  @Nullable Publication find(Publishable publishable) throws IOException;

  /** Writes everything at once. */
  Publication publish(Publishable publishable) throws IOException, InterruptedException;

  /** Reads back what is there now, and compares. */
  void verify(Publishable publishable, Publication publication) throws IOException;

  /** For the summary. */
  String describe(Publication publication);
}
