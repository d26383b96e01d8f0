package io.ingot.license;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/** Evidence and verdicts as JSON: snake_case keys, lower-case constants, absent values left out. */
public final class LicenseJson {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS))
          .addModule(
              new SimpleModule()
                  .addSerializer(Optional.class, new OptionalSerializer())
                  .addSerializer(Enum.class, new EnumSerializer()))
          .build();

  private LicenseJson() {}

  /** A license of the catalog. */
  public static ObjectNode of(License license) {
    return JSON.valueToTree(license);
  }

  public static ObjectNode of(Verdict verdict) {
    return JSON.valueToTree(verdict);
  }

  public static ObjectNode of(LicenseEvidence evidence) {
    return JSON.valueToTree(evidence);
  }

  public static ArrayNode of(List<LicenseEvidence> evidence) {
    return JSON.valueToTree(evidence);
  }

  /** What {@link #of(Verdict)} wrote. */
  public static Verdict verdict(JsonNode tree) {
    List<Verdict.Finding> findings = new ArrayList<>();
    for (JsonNode finding : tree.path("findings")) {
      findings.add(
          new Verdict.Finding(
              Verdict.Severity.valueOf(required(finding, "severity").toUpperCase(Locale.ROOT)),
              required(finding, "rule"),
              required(finding, "subject"),
              required(finding, "reason"),
              required(finding, "remedy")));
    }
    List<Verdict.Duty> duties = new ArrayList<>();
    for (JsonNode duty : tree.path("duties")) {
      duties.add(
          new Verdict.Duty(
              required(duty, "kind"), required(duty, "source"), required(duty, "text")));
    }
    return new Verdict(
        required(tree, "license"),
        text(tree, "license_name"),
        text(tree, "license_link"),
        List.copyOf(findings),
        List.copyOf(duties));
  }

  /** What {@link #of(LicenseEvidence)} wrote. */
  public static LicenseEvidence evidence(JsonNode tree) {
    TreeMap<String, String> files = new TreeMap<>();
    tree.path("files").properties().forEach(e -> files.put(e.getKey(), e.getValue().asText()));
    List<String> bases = new ArrayList<>();
    tree.path("bases").forEach(base -> bases.add(base.asText()));
    return new LicenseEvidence(
        required(tree, "subject"),
        LicenseEvidence.Kind.valueOf(required(tree, "kind").toUpperCase(Locale.ROOT)),
        text(tree, "commit"),
        text(tree, "license"),
        text(tree, "license_name"),
        text(tree, "license_link"),
        Collections.unmodifiableSortedMap(files),
        List.copyOf(bases));
  }

  private static Optional<String> text(JsonNode tree, String key) {
    return tree.hasNonNull(key) ? Optional.of(tree.get(key).asText()) : Optional.empty();
  }

  private static String required(JsonNode tree, String key) {
    return text(tree, key)
        .orElseThrow(() -> new IllegalArgumentException("'" + key + "' is missing in " + tree));
  }

  @SuppressWarnings("rawtypes")
  private static final class OptionalSerializer extends JsonSerializer<Optional> {
    @Override
    public void serialize(Optional value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      provider.defaultSerializeValue(value.orElse(null), out);
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, Optional value) {
      return value.isEmpty();
    }
  }

  @SuppressWarnings("rawtypes")
  private static final class EnumSerializer extends JsonSerializer<Enum> {
    @Override
    public void serialize(Enum value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(value.name().toLowerCase(Locale.ROOT));
    }
  }
}
