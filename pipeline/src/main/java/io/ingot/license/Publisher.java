package io.ingot.license;

import java.util.Optional;

/**
 * Who passes the result on; some licenses grant less to companies or to some countries.
 *
 * @param jurisdiction ISO 3166 code of the country of domicile, or {@code EU}
 */
public record Publisher(String name, Kind kind, Optional<String> jurisdiction) {
  /** A natural person or an organization. */
  public enum Kind {
    PERSON,
    COMPANY
  }
}
