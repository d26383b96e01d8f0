package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.gguf.GgufValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@code general.*} part: who made the model, from what, under which license, and how to sample
 * from it. Sources in order: model card, config.json, folder name; then overrides (metadata.py of
 * gguf-py).
 */
final class GeneralMetadata {
  /** Texts in the order in which they are written. */
  private static final List<String> TEXTS =
      List.of(
          "name",
          "author",
          "version",
          "organization",
          "finetune",
          "basename",
          "description",
          "quantized_by",
          "size_label",
          "license",
          "license.name",
          "license.link",
          "url",
          "doi",
          "uuid",
          "repo_url",
          "source.url",
          "source.doi",
          "source.uuid",
          "source.repo_url");

  private static final List<String> ENTRY_TEXTS =
      List.of(
          "name",
          "author",
          "version",
          "organization",
          "description",
          "url",
          "doi",
          "uuid",
          "repo_url");

  /** Key in the file and keys in generation_config.json, the first that exists wins. */
  private static final Map<String, String[]> SAMPLING = new LinkedHashMap<>();

  private static final List<String> SAMPLING_INTEGERS =
      List.of("top_k", "penalty_last_n", "mirostat");

  static {
    for (String same :
        List.of("sequence", "top_k", "top_p", "min_p", "xtc_probability", "xtc_threshold")) {
      SAMPLING.put(same, new String[] {same});
    }
    SAMPLING.put("temp", new String[] {"temperature"});
    SAMPLING.put("penalty_last_n", new String[] {"penalty_last_n"});
    SAMPLING.put("penalty_repeat", new String[] {"penalty_repeat", "repetition_penalty"});
    for (String same : List.of("mirostat", "mirostat_tau", "mirostat_eta")) {
      SAMPLING.put(same, new String[] {same});
    }
  }

  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, JsonNode> sampling = new LinkedHashMap<>();
  private @Nullable List<Map<String, String>> baseModels;
  private @Nullable List<Map<String, String>> datasets;
  private @Nullable List<Object> tags;
  private @Nullable List<Object> languages;

  @Nullable String text(String key) {
    return texts.get(key);
  }

  void setText(String key, String value) {
    texts.put(key, value);
  }

  /** Sets a text that is not known yet. */
  void offer(String key, @Nullable String value) {
    if (value != null) {
      texts.putIfAbsent(key, value);
    }
  }

  /** Fills what a name tells and is not known yet. */
  void offer(ModelNameParts parts) {
    parts.titledName().ifPresent(name -> offer("name", name));
    parts.titledOrganization().ifPresent(name -> offer("organization", name));
    offer("basename", parts.basename());
    offer("finetune", parts.finetune());
    offer("version", parts.version());
    offer("size_label", parts.sizeLabel());
  }

  void setBaseModels(List<Map<String, String>> entries) {
    baseModels = entries;
  }

  void setDatasets(List<Map<String, String>> entries) {
    datasets = entries;
  }

  void addTags(List<Object> more) {
    tags = joined(tags, more);
  }

  void addLanguages(List<Object> more) {
    languages = joined(languages, more);
  }

  private static List<Object> joined(@Nullable List<Object> known, List<Object> more) {
    List<Object> all = new ArrayList<>(known == null ? List.of() : known);
    all.addAll(more);
    return all;
  }

  /** Recommended sampling from generation_config.json; null values say nothing. */
  void readSampling(ObjectNode config) {
    SAMPLING.forEach(
        (key, sources) -> {
          for (String source : sources) {
            if (config.has(source)) {
              sampling.put(key, config.get(source));
              break;
            }
          }
        });
  }

  /** Overrides from a JSON file whose keys are the keys of GGUF. */
  void override(ObjectNode values) {
    for (String key : SAMPLING.keySet()) {
      JsonNode value = values.get("general.sampling." + key);
      if (value != null) {
        sampling.put(key, value);
      }
    }
    for (String key : TEXTS) {
      JsonNode value = values.get("general." + key);
      // The license itself cannot be overridden; its name and link can.
      if (value != null && !key.equals("license")) {
        if (value.isNull()) {
          texts.remove(key);
        } else {
          texts.put(key, value.asText());
        }
      }
    }
    ifPresent(values, "general.base_models", node -> baseModels = entries(node));
    ifPresent(values, "general.datasets", node -> datasets = entries(node));
    ifPresent(values, "general.tags", node -> tags = items(node));
    ifPresent(values, "general.languages", node -> languages = items(node));
  }

  private static void ifPresent(
      ObjectNode values, String key, java.util.function.Consumer<JsonNode> use) {
    JsonNode value = values.get(key);
    if (value != null) {
      use.accept(value);
    }
  }

  private static List<Map<String, String>> entries(JsonNode list) {
    List<Map<String, String>> entries = new ArrayList<>();
    for (JsonNode item : list) {
      Map<String, String> entry = new LinkedHashMap<>();
      item.properties().forEach(f -> entry.put(f.getKey(), f.getValue().asText()));
      entries.add(entry);
    }
    return entries;
  }

  private static List<Object> items(JsonNode list) {
    List<Object> values = new ArrayList<>();
    list.forEach(item -> values.add(item.isInt() ? (Object) item.intValue() : item.asText()));
    return values;
  }

  void write(KeyValues out) {
    SAMPLING
        .keySet()
        .forEach(
            key -> {
              JsonNode value = sampling.get(key);
              if (value != null && !value.isNull()) {
                writeSampling(out, "general.sampling." + key, key, value);
              }
            });
    for (String key : TEXTS) {
      String value = texts.get(key);
      if (value != null) {
        out.text("general." + key, value);
      }
    }
    writeEntries(out, "base_model", baseModels);
    writeEntries(out, "dataset", datasets);
    writeList(out, "general.tags", tags);
    writeList(out, "general.languages", languages);
  }

  /** Numbers alone stay numbers. */
  private static void writeList(KeyValues out, String key, @Nullable List<Object> list) {
    if (list == null) {
      return;
    }
    if (!list.isEmpty() && list.stream().allMatch(Integer.class::isInstance)) {
      int[] numbers = list.stream().mapToInt(item -> (Integer) item).toArray();
      out.put(key, GgufValue.i32s(numbers));
    } else {
      out.texts(key, list.stream().map(String::valueOf).toList());
    }
  }

  private static void writeSampling(KeyValues out, String fullKey, String key, JsonNode value) {
    if (key.equals("sequence")) {
      out.text(fullKey, value.asText());
    } else if (SAMPLING_INTEGERS.contains(key)) {
      out.i32(fullKey, value.intValue());
    } else {
      out.f32(fullKey, value.doubleValue());
    }
  }

  private static void writeEntries(
      KeyValues out, String kind, @Nullable List<Map<String, String>> entries) {
    if (entries == null) {
      return;
    }
    out.u32("general." + kind + ".count", entries.size());
    for (int i = 0; i < entries.size(); i++) {
      for (String key : ENTRY_TEXTS) {
        String value = entries.get(i).get(key);
        if (value != null) {
          out.text("general." + kind + "." + i + "." + key, value);
        }
      }
    }
  }
}
