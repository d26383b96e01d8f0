package io.ingot.license;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** The keys of a card's front matter that speak about licenses, in all shapes met in the wild. */
final class CardData {
  private CardData() {}

  static LicenseEvidence evidence(
      String subject,
      LicenseEvidence.Kind kind,
      Optional<String> commit,
      JsonNode card,
      List<String> tags,
      SortedMap<String, String> files,
      List<String> bases) {
    return new LicenseEvidence(
        subject,
        kind,
        commit,
        license(card, tags),
        text(card.path("license_name")),
        text(card.path("license_link")),
        Collections.unmodifiableSortedMap(files),
        bases);
  }

  /** Declared bases; paths of somebody's machine are no declaration. */
  static List<String> bases(JsonNode card) {
    return strings(card.path("base_model")).stream().filter(CardData::isRepository).toList();
  }

  static boolean isRepository(String name) {
    return name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*/[A-Za-z0-9_][A-Za-z0-9._-]*")
        && !name.contains("..");
  }

  /** What card and tags name; several are joined by AND. */
  private static Optional<String> license(JsonNode card, List<String> tags) {
    Set<String> names = new LinkedHashSet<>(strings(card.path("license")));
    tags.stream()
        .filter(tag -> tag.startsWith("license:"))
        .map(tag -> tag.substring("license:".length()))
        .filter(tag -> names.stream().noneMatch(tag::equalsIgnoreCase))
        .forEach(names::add);
    return names.isEmpty() ? Optional.empty() : Optional.of(String.join(" AND ", names));
  }

  private static Optional<String> text(JsonNode node) {
    return node.isTextual() && !node.asText().isBlank()
        ? Optional.of(node.asText().strip())
        : Optional.empty();
  }

  private static List<String> strings(JsonNode node) {
    List<String> values = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(element -> text(element).ifPresent(values::add));
    } else {
      text(node).ifPresent(values::add);
    }
    return values;
  }
}
