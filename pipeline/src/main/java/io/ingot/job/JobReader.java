package io.ingot.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.step.Parameters;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads job files.
 *
 * @param environment for {@code ${env:NAME}}
 * @param today for {@code ${run.date}}
 */
public record JobReader(Map<String, String> environment, LocalDate today) {

  /** With this environment, today. */
  public static JobReader now(Map<String, String> environment) {
    return new JobReader(environment, LocalDate.now(ZoneOffset.UTC));
  }

  /**
   * Reads a file and applies overrides.
   *
   * @param overrides {@code key.path=value}, as given with {@code --set}
   * @param problems takes everything that is wrong
   * @return the job; where there are problems only what could be read of it, or nothing
   * @throws IngotException NOT_FOUND when there is no such file, USAGE for a wrong override
   */
  public Optional<JobSpec> read(Path file, List<String> overrides, Problems problems) {
    Node root = YamlText.read(file, problems);
    if (root == null) {
      return Optional.empty();
    }
    for (String override : overrides) {
      Overrides.apply(root, override, problems);
    }
    Map<String, Place> places = new HashMap<>();
    NodeResolution.apply(root, new Interpolation(environment, today), problems);
    NodeReader reader = new NodeReader(problems, places);
    JsonNode tree = reader.read(root, Grammar.job(), "");
    if (tree == null) {
      return Optional.empty();
    }
    StepReader steps = new StepReader(reader, places, problems);
    steps.read(tree, root);
    return Optional.of(spec(file, tree, steps, places));
  }

  private static JobSpec spec(
      Path file, JsonNode tree, StepReader steps, Map<String, Place> places) {
    JobSpec bare =
        new JobSpec(
            file,
            tree.path("name").asText(),
            optional(tree, "publisher", Publisher.class),
            entries(tree.path("models"), ModelEntry.class),
            Optional.empty(),
            entries(tree.path("datasets"), DatasetEntry.class),
            steps.steps,
            steps.matrices,
            Set.copyOf(steps.broken),
            optional(tree, "schedule", ScheduleEntry.class),
            Map.copyOf(places));
    Optional<Path> hub =
        Optional.ofNullable(tree.path("hub").path("embedded").textValue()).map(bare::resolve);
    return new JobSpec(
        file,
        bare.name(),
        bare.publisher(),
        bare.models(),
        hub,
        bare.datasets(),
        steps.steps,
        steps.matrices,
        bare.broken(),
        bare.schedule(),
        bare.places());
  }

  private static <T> Optional<T> optional(JsonNode tree, String key, Class<T> type) {
    return tree.hasNonNull(key) && !tree.get(key).isEmpty()
        ? Optional.of(Parameters.decode(tree.get(key), type))
        : Optional.empty();
  }

  private static <T> SequencedMap<String, T> entries(JsonNode tree, Class<T> type) {
    SequencedMap<String, T> result = new LinkedHashMap<>();
    tree.properties().forEach(e -> result.put(e.getKey(), Parameters.decode(e.getValue(), type)));
    return result;
  }
}
