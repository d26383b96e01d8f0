package io.ingot.run;

import java.nio.file.Path;

/** Where an input of a planned step comes from. */
public sealed interface InputRef {
  /** The artifact of another step of the same run. */
  record Output(String step) implements InputRef {}

  /** A file or folder outside of the house, whose content has this digest. */
  record External(String digest, Path path) implements InputRef {}
}
