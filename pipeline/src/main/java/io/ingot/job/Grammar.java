package io.ingot.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.job.schema.JsonSchema;
import io.ingot.job.schema.Named;
import io.ingot.job.schema.RecordSchema;
import io.ingot.job.schema.Schema;
import io.ingot.job.schema.Schema.Group;
import io.ingot.job.schema.Schema.Key;
import io.ingot.job.schema.Schema.Struct;
import io.ingot.step.Default;
import io.ingot.step.Doc;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** The whole grammar of a job file. */
public final class Grammar {
  private Grammar() {}

  /** All keys except {@code steps}. */
  @Doc("A job: from models and datasets, over steps, to what is published.")
  private record Envelope(
      @Doc("Version of this grammar.") @JsonProperty("apiVersion") ApiVersion apiVersion,
      @Doc("Name of the job.") @Named("[a-z0-9][a-z0-9-]{0,63}") String name,
      @Doc("Who publishes; needed where something is published.") @Nullable Publisher publisher,
      @Doc("Models that the job starts from, by name.") @Named(Named.ANY) @Default("{}")
          Map<String, ModelEntry> models,
      @Doc("A Hub of our own inside the run.") @Nullable HubEntry hub,
      @Doc("Datasets by name.") @Named(Named.ANY) @Default("{}") Map<String, DatasetEntry> datasets,
      @Doc("When a server starts the job by itself.") @Nullable ScheduleEntry schedule) {}

  private enum ApiVersion {
    @JsonProperty("ingot/v1")
    V1
  }

  /** The schema of the file. */
  public static Struct job() {
    Struct envelope = RecordSchema.of(Envelope.class);
    SequencedMap<String, Key> keys = new LinkedHashMap<>();
    envelope
        .keys()
        .forEach(
            (name, key) -> {
              if (name.equals("schedule")) {
                keys.put("steps", steps());
              }
              keys.put(name, key);
            });
    return new Struct("Job", envelope.doc(), keys, List.of());
  }

  /** The schema as the JSON document that editors read, ending without a line break. */
  public static String jsonSchema() {
    try {
      return new ObjectMapper()
          .writer(
              new DefaultPrettyPrinter()
                  .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                  .withArrayIndenter(DefaultPrettyPrinter.FixedSpaceIndenter.instance))
          .writeValueAsString(JsonSchema.document(job(), "Ingot job"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Key steps() {
    SequencedMap<String, Key> kinds = new LinkedHashMap<>();
    for (StepKind kind : StepKind.values()) {
      kinds.put(kind.word(), kind.key());
    }
    List<String> words = Arrays.stream(StepKind.values()).map(StepKind::word).toList();
    kinds.put(
        "matrix",
        new Key(
            new Schema.Matrix(StepKind.MERGE.word(), StepKind.RECIPE),
            "Makes one step for each combination of its axes, called STEP.NAME.AXIS=VALUE; the step's"
                + " own name stands for all of them in evaluate.models.",
            false,
            false,
            Optional.empty()));
    Struct step =
        new Struct("Step", "One step, of one kind.", kinds, List.of(new Group(words, true)));
    return new Key(
        new Schema.Names(step, Optional.of(Named.ANY)),
        "A graph of steps by name; its edges follow from references, the order does not matter.",
        true,
        false,
        Optional.empty());
  }
}
