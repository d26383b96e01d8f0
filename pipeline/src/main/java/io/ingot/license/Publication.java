package io.ingot.license;

import java.util.Optional;

/**
 * What is planned with the result.
 *
 * @param repository {@code org/name} that it is published as; empty when it goes to a folder or
 *     when nothing is decided
 */
public record Publication(Publisher publisher, Optional<String> repository) {
  /** The part that naming rules look at. */
  Optional<String> modelName() {
    return repository.map(name -> name.substring(name.lastIndexOf('/') + 1));
  }
}
