package io.ingot.license;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.ingot.error.IngotException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The file of one license: every key that may be left out has its default here. */
final class LicenseYaml {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private LicenseYaml() {}

  static License read(String file, String yaml) {
    try {
      return YAML.readValue(yaml, Entry.class).license();
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(file + ": " + e.getOriginalMessage());
    }
  }

  /** What stands in the file; null where a key is left out. */
  private record Entry(
      String id,
      String name,
      @Nullable Boolean hub,
      @Nullable String spdx,
      @Nullable String url,
      @Nullable String policy,
      @Nullable List<String> aliases,
      @Nullable List<String> models,
      @Nullable Boolean derivatives,
      License.@Nullable Commercial commercial,
      License.@Nullable Share share,
      @Nullable List<String> shareInto,
      @Nullable List<String> restrictions,
      @Nullable List<String> incompatible,
      License.@Nullable Improving improving,
      License.@Nullable Naming naming,
      @Nullable Region territory,
      @Nullable String company,
      License.@Nullable Outputs outputs,
      @Nullable List<String> ship,
      @Nullable String notice,
      @Nullable String display,
      @Nullable Boolean credit,
      @Nullable String changes,
      @Nullable String flow,
      @Nullable String documentation,
      @Nullable List<Bound> limits,
      @Nullable List<String> warnings,
      @Nullable Boolean gate,
      List<String> clauses,
      License.Confidence confidence,
      List<String> text) {
    License license() {
      return new License(
          id,
          name,
          hub == null || hub,
          Optional.ofNullable(spdx),
          Optional.ofNullable(url),
          Optional.ofNullable(policy),
          list(aliases),
          list(models),
          derivatives == null || derivatives,
          commercial == null ? License.Commercial.YES : commercial,
          share == null ? License.Share.NONE : share,
          list(shareInto),
          list(restrictions),
          list(incompatible),
          Optional.ofNullable(improving),
          Optional.ofNullable(naming),
          Optional.ofNullable(territory).map(Region::territory),
          Optional.ofNullable(company),
          outputs == null ? License.Outputs.FREE : outputs,
          list(ship),
          Optional.ofNullable(notice),
          Optional.ofNullable(display),
          credit != null && credit,
          Optional.ofNullable(changes),
          Optional.ofNullable(flow),
          Optional.ofNullable(documentation),
          limits == null ? List.of() : limits.stream().map(Bound::limit).toList(),
          list(warnings),
          gate != null && gate,
          List.copyOf(clauses),
          confidence,
          List.copyOf(text));
    }

    private static List<String> list(@Nullable List<String> values) {
      return values == null ? List.of() : List.copyOf(values);
    }
  }

  private record Region(List<String> excluded, @Nullable String only, String clause) {
    License.Territory territory() {
      return new License.Territory(List.copyOf(excluded), Optional.ofNullable(only), clause);
    }
  }

  private record Bound(String text, @Nullable Long users) {
    License.Limit limit() {
      return new License.Limit(text, Optional.ofNullable(users));
    }
  }
}
