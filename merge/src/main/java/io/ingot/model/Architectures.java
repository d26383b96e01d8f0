package io.ingot.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.model.TensorPattern.Rename;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The architectures that Ingot knows by heart, one data file per family, read when needed. */
public final class Architectures {
  private static final String FOLDER = "architectures/";
  private static final Map<String, List<String>> FILES = index();
  private static final Map<String, Architecture> READ = new ConcurrentHashMap<>();

  private Architectures() {}

  /** Names of the classes that are known. */
  public static List<String> classes() {
    return List.copyOf(FILES.keySet());
  }

  /** All of them. */
  public static List<Architecture> all() {
    return FILES.values().stream()
        .flatMap(List::stream)
        .distinct()
        .map(Architectures::read)
        .toList();
  }

  /**
   * The architecture that a configuration names.
   *
   * @return empty when it is not a known one
   * @throws IngotException when the configuration names none or several
   */
  public static Optional<Architecture> find(ObjectNode config) {
    JsonNode names = config.path("architectures");
    if (!names.isArray() || names.size() != 1) {
      throw IngotException.invalid(
          "config.json: 'architectures' must name exactly one class, found " + names);
    }
    List<Architecture> candidates =
        FILES.getOrDefault(names.get(0).asText(), List.of()).stream()
            .map(Architectures::read)
            .toList();
    if (candidates.size() < 2) {
      return candidates.stream().findFirst();
    }
    String type = config.path("model_type").asText();
    return candidates.stream().filter(a -> a.modelType().equals(type)).findFirst();
  }

  private static Map<String, List<String>> index() {
    Map<String, List<String>> files = new TreeMap<>();
    for (String line : text("index").lines().toList()) {
      String[] pair = line.split(" ");
      files.computeIfAbsent(pair[0], k -> new ArrayList<>()).add(pair[1]);
    }
    return files;
  }

  private static Architecture read(String name) {
    return READ.computeIfAbsent(name, Architectures::parse);
  }

  private static Architecture parse(String name) {
    Map<?, ?> file = new Yaml(new SafeConstructor(new LoaderOptions())).load(text(name + ".yaml"));
    List<String> tied = strings(file.get("tied"));
    List<Rename> aliases = new ArrayList<>();
    if (file.get("aliases") instanceof List<?> rules) {
      rules.forEach(r -> aliases.add(new Rename(strings(r).get(0), strings(r).get(1))));
    }
    SequencedMap<String, ArchitectureModule> modules = new LinkedHashMap<>();
    if (file.get("modules") instanceof Map<?, ?> parts) {
      parts.forEach(
          (key, value) -> {
            if (value instanceof Map<?, ?> part) {
              modules.put(String.valueOf(key), module(part, tied, aliases));
            }
          });
    }
    return new Architecture(
        name,
        string(file, "model_type").orElse(""),
        strings(file.get("architectures")),
        string(file, "vocabulary").orElse("vocab_size"),
        strings(file.get("companions")),
        modules);
  }

  private static ArchitectureModule module(
      Map<?, ?> part, List<String> tied, List<Rename> aliases) {
    String prefix = string(part, "prefix").orElse("");
    List<String> prefixed = tied.stream().map(t -> prefix + t).toList();
    String inLayer = prefix + string(part, "layer_prefix").orElse("");
    return new ArchitectureModule(
        string(part, "layers").orElse("0"),
        string(part, "experts"),
        string(part, "dense_layers"),
        patterns(prefix, part.get("before"), prefixed, aliases),
        patterns(inLayer, part.get("dense_layer"), prefixed, aliases),
        patterns(inLayer, part.get("layer"), prefixed, aliases),
        patterns(prefix, part.get("after"), prefixed, aliases));
  }

  private static List<TensorPattern> patterns(
      String prefix,
      @org.jspecify.annotations.Nullable Object lines,
      List<String> tied,
      List<Rename> aliases) {
    return strings(lines).stream()
        .map(line -> TensorPattern.parse(prefix, line, tied, aliases))
        .toList();
  }

  private static Optional<String> string(Map<?, ?> map, String key) {
    return Optional.ofNullable(map.get(key)).map(String::valueOf);
  }

  private static List<String> strings(@org.jspecify.annotations.Nullable Object value) {
    return value instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of();
  }

  private static String text(String file) {
    try (InputStream in = Architectures.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IllegalStateException("no architecture file " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
