package io.ingot.license;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the card's front matter says: the one license that binds, else {@code other} with a name
 * made of all of them.
 */
record Label(String license, Optional<String> name, Optional<String> link) {
  static Label of(Chain chain) {
    List<License> terms = chain.modelTerms();
    List<License> binding = terms.stream().filter(license -> !license.permissive()).toList();
    if (terms.isEmpty()) {
      return new Label("unknown", Optional.empty(), Optional.empty());
    }
    if (binding.isEmpty()) {
      return single(permissive(terms));
    }
    List<License> absorbed =
        binding.stream()
            .filter(
                license -> binding.stream().noneMatch(o -> license.shareInto().contains(o.id())))
            .toList();
    if (absorbed.size() == 1) {
      return single(absorbed.getFirst());
    }
    return other(absorbed.stream().map(License::id).sorted().collect(Collectors.joining("-and-")));
  }

  /** Apache-2.0 asks for the most among the permissive ones. */
  private static License permissive(List<License> terms) {
    return terms.stream()
        .filter(license -> license.id().equals("apache-2.0"))
        .findFirst()
        .or(
            () ->
                terms.stream()
                    .filter(license -> license.credit() || !license.ship().isEmpty())
                    .findFirst())
        .orElse(terms.getFirst());
  }

  private static Label single(License license) {
    return license.hub()
        ? new Label(license.id(), Optional.empty(), Optional.empty())
        : other(license.id());
  }

  private static Label other(String name) {
    return new Label("other", Optional.of(name), Optional.of("LICENSE"));
  }
}
