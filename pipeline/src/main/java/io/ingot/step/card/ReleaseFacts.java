package io.ingot.step.card;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.card.CardFacts;
import io.ingot.error.IngotException;
import io.ingot.license.FrontMatter;
import io.ingot.license.LicenseEvidence;
import io.ingot.license.Publisher;
import io.ingot.license.Verdict;
import io.ingot.step.StepInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Gathers the facts of a card from parameters and from what the steps left behind. */
final class ReleaseFacts {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern METHOD =
      Pattern.compile("(?m)^\\s*merge_method:\\s*['\"]?([\\w-]+)");
  private static final long MAX_TEXT = 8 << 20;

  private final CardParameters parameters;
  private final TreeMap<String, StepInput> outputs = new TreeMap<>();
  private final List<LicenseEvidence> evidence;

  ReleaseFacts(
      CardParameters parameters,
      SequencedMap<String, StepInput> inputs,
      List<LicenseEvidence> evidence) {
    this.parameters = parameters;
    this.evidence = evidence;
    inputs.forEach(
        (role, input) -> {
          int colon = role.indexOf(':');
          if (colon > 0) {
            outputs.put(role.substring(colon + 1), input);
          }
        });
  }

  CardFacts collect(
      Optional<CardFacts.ModelFacts> main,
      List<CardFacts.PublishedFile> files,
      Verdict verdict,
      String tool)
      throws IOException {
    List<CardFacts.Training> trainings = trainings();
    List<CardFacts.Merge> merges = merges();
    return new CardFacts(
        title(parameters),
        Optional.ofNullable(parameters.repository()),
        publisher(parameters),
        texts(parameters.card()),
        main,
        bases(),
        relation(main, trainings, merges),
        datasets(trainings),
        trainings,
        merges,
        quantizations(),
        evaluations(),
        files,
        verdict,
        evidence,
        carried(),
        tool);
  }

  static String title(CardParameters parameters) {
    String repository = parameters.repository();
    return repository == null
        ? parameters.name()
        : repository.substring(repository.lastIndexOf('/') + 1);
  }

  static Publisher publisher(CardParameters parameters) {
    CardParameters.Publisher publisher = parameters.publisher();
    return new Publisher(
        publisher.name(),
        Publisher.Kind.valueOf(publisher.kind().toUpperCase(Locale.ROOT)),
        Optional.ofNullable(publisher.jurisdiction()));
  }

  private static CardFacts.Texts texts(CardParameters.@Nullable Texts texts) {
    return texts == null
        ? new CardFacts.Texts(Optional.empty(), Optional.empty(), Optional.empty())
        : new CardFacts.Texts(
            written(texts.summary()), written(texts.intendedUse()), written(texts.limitations()));
  }

  private static Optional<String> written(@Nullable String text) {
    return Optional.ofNullable(text).filter(t -> !t.isBlank());
  }

  private List<CardFacts.Base> bases() {
    List<CardFacts.Base> bases = new ArrayList<>();
    sorted(parameters.models())
        .forEach(
            (name, model) -> {
              if (model.repo() != null) {
                bases.add(
                    new CardFacts.Base(name, model.repo(), Optional.ofNullable(model.commit())));
              }
            });
    if (bases.isEmpty()) {
      evidence.stream()
          .filter(one -> one.kind() == LicenseEvidence.Kind.MODEL)
          .flatMap(one -> one.bases().stream())
          .distinct()
          .forEach(base -> bases.add(new CardFacts.Base(base, base, Optional.empty())));
    }
    return bases;
  }

  private static String relation(
      Optional<CardFacts.ModelFacts> main,
      List<CardFacts.Training> trainings,
      List<CardFacts.Merge> merges) {
    if (main.isPresent() && main.get().adapter()) {
      return "adapter";
    }
    if (!merges.isEmpty()) {
      return "merge";
    }
    return trainings.isEmpty() ? "quantized" : "finetune";
  }

  private List<CardFacts.Training> trainings() throws IOException {
    List<CardFacts.Training> trainings = new ArrayList<>();
    for (Map.Entry<String, StepInput> output : outputs.entrySet()) {
      if (output.getValue().kind().equals("finetune")) {
        JsonNode facts = json(output.getValue().path().resolve("training.json"));
        CardParameters.StepFact step = sorted(parameters.steps()).get(output.getKey());
        SequencedMap<String, String> settings =
            step != null && step.parameters() != null
                ? Hyperparameters.of(step.parameters())
                : Hyperparameters.all(facts.path("hyperparameters"));
        trainings.add(
            new CardFacts.Training(
                output.getKey(),
                reference(step, "model"),
                reference(step, "dataset"),
                facts,
                settings));
      }
    }
    return trainings;
  }

  private List<CardFacts.Merge> merges() throws IOException {
    List<CardFacts.Merge> merges = new ArrayList<>();
    for (Map.Entry<String, StepInput> output : outputs.entrySet()) {
      Path recipe = output.getValue().path().resolve("mergekit_config.yml");
      if (output.getValue().kind().equals("merge") && Files.isRegularFile(recipe)) {
        String text = text(recipe);
        JsonNode facts = json(output.getValue().path().resolve("merge.json"));
        Matcher method = METHOD.matcher(text);
        String name =
            method.find() ? String.valueOf(method.group(1)) : facts.path("method").asText("merge");
        merges.add(new CardFacts.Merge(output.getKey(), name, text, facts));
      }
    }
    return merges;
  }

  private List<CardFacts.Quantization> quantizations() throws IOException {
    List<CardFacts.Quantization> quantizations = new ArrayList<>();
    for (Map.Entry<String, StepInput> output : outputs.entrySet()) {
      if (output.getValue().kind().equals("quantize")) {
        quantizations.add(
            new CardFacts.Quantization(
                output.getKey(),
                reference(sorted(parameters.steps()).get(output.getKey()), "model"),
                json(output.getValue().path().resolve("quantization.json"))));
      }
    }
    return quantizations;
  }

  SequencedMap<String, JsonNode> evaluations() throws IOException {
    TreeMap<String, JsonNode> evaluations = new TreeMap<>();
    for (Map.Entry<String, StepInput> output : outputs.entrySet()) {
      if (output.getValue().kind().equals("evaluate")) {
        evaluations.put(output.getKey(), json(output.getValue().path().resolve("evaluation.json")));
      }
    }
    return evaluations;
  }

  private List<CardFacts.Dataset> datasets(List<CardFacts.Training> trainings) {
    List<CardFacts.Dataset> datasets = new ArrayList<>();
    sorted(parameters.datasets())
        .forEach(
            (name, data) -> {
              List<String> uses = uses(name);
              if (uses.isEmpty()) {
                return;
              }
              Optional<Long> rows =
                  Optional.ofNullable(data.rows())
                      .or(
                          () ->
                              trainings.stream()
                                  .filter(t -> t.dataset().map(name::equals).orElse(false))
                                  .map(t -> t.facts().path("rows"))
                                  .filter(JsonNode::isIntegralNumber)
                                  .map(JsonNode::asLong)
                                  .findFirst());
              String repo = data.repo();
              String source = repo != null ? repo : data.file() != null ? data.file() : name;
              datasets.add(
                  new CardFacts.Dataset(
                      name,
                      source,
                      repo != null,
                      Optional.ofNullable(data.commit()),
                      Optional.ofNullable(data.sha256()),
                      Optional.ofNullable(data.format()),
                      rows,
                      license(repo),
                      uses,
                      uses.stream().anyMatch(use -> use.startsWith("training"))));
            });
    return datasets;
  }

  private Optional<String> license(@Nullable String repo) {
    return evidence.stream()
        .filter(one -> one.kind() == LicenseEvidence.Kind.DATASET && one.subject().equals(repo))
        .findFirst()
        .flatMap(one -> one.licenseName().or(one::license));
  }

  private List<String> uses(String dataset) {
    List<String> uses = new ArrayList<>();
    sorted(parameters.steps())
        .forEach(
            (name, step) ->
                sorted(step.inputs())
                    .forEach(
                        (role, reference) -> {
                          if (reference.equals(dataset)) {
                            if (role.startsWith("suite:")) {
                              uses.add("evaluation " + role.substring("suite:".length()));
                            } else if (role.equals("validation")) {
                              uses.add("validation of " + name);
                            } else if (role.equals("dataset")) {
                              uses.add("training of " + name);
                            }
                          }
                        }));
    return uses.stream().distinct().toList();
  }

  /** What the card of a pulled base says about language and task. */
  private ObjectNode carried() throws IOException {
    ObjectNode carried = JsonNodeFactory.instance.objectNode();
    for (StepInput output : outputs.values()) {
      Path card = output.path().resolve("README.md");
      if (output.kind().equals("pull") && Files.isRegularFile(card)) {
        ObjectNode data = FrontMatter.read(text(card), "README.md of a base").data();
        for (String key : List.of("language", "pipeline_tag")) {
          if (data.hasNonNull(key) && !carried.has(key)) {
            carried.set(key, data.get(key));
          }
        }
      }
    }
    return carried;
  }

  private static Optional<String> reference(CardParameters.@Nullable StepFact step, String role) {
    return step == null ? Optional.empty() : Optional.ofNullable(sorted(step.inputs()).get(role));
  }

  static <T> TreeMap<String, T> sorted(@Nullable Map<String, T> map) {
    return map == null ? new TreeMap<>() : new TreeMap<>(map);
  }

  /** An empty object where there is no file. */
  private static JsonNode json(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      return JSON.readTree(text(file));
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(file + " is no JSON: " + e.getOriginalMessage());
    }
  }

  private static String text(Path file) throws IOException {
    if (Files.size(file) > MAX_TEXT) {
      throw IngotException.invalid(file + " is larger than " + MAX_TEXT + " bytes");
    }
    return Files.readString(file);
  }
}
