package io.ingot.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GrammarTest {
  private static final Path ROOT = Path.of(System.getProperty("ingot.root"));

  @Test
  void thePublishedSchemaIsTheGrammar() throws IOException {
    assertThat(Files.readString(ROOT.resolve("configs/job.schema.json")))
        .as("write it anew with: ./ingot schema > configs/job.schema.json")
        .isEqualTo(Grammar.jsonSchema() + "\n");
  }

  @Test
  void allExamplesFitThePublishedSchema() throws IOException {
    JsonSchema schema = schema();
    try (Stream<Path> jobs = Files.list(ROOT.resolve("jobs"))) {
      List<Path> files = jobs.filter(f -> f.toString().endsWith(".yaml")).toList();
      assertThat(files).isNotEmpty();
      for (Path file : files) {
        JsonNode job = new YAMLMapper().readTree(Files.readString(file));
        assertThat(schema.validate(job)).as(file.toString()).isEmpty();
        assertThat(Files.readAllLines(file).getFirst())
            .isEqualTo("# yaml-language-server: $schema=../configs/job.schema.json");
      }
    }
  }

  @Test
  void thePublishedSchemaIsClosed() throws IOException {
    JsonNode job =
        new ObjectMapper()
            .readTree(
                """
                {"apiVersion": "ingot/v1", "name": "x", "steps": {
                  "a": {"finetune": {"model": "m", "dataset": "d", "lora": {"rnak": 1}}},
                  "b": {"quantize": {"model": "m", "types": []}},
                  "c": {},
                  "e": {"merge": {}, "matrix": {"density": [], "recipe": {"a": {"metod": 1}},
                        "exclude": [{}]}},
                  "f": {"finetune": {"model": "m", "dataset": "d"}, "matrix": {"t": [1]}},
                  "g": {"merge": {}, "matrix": {"t": [0.3, true, "x"], "c": {"up": [0, 1], "flat": 1},
                        "recipe": {"a": {"merge_method": "ties"}, "b": {}}, "exclude": [{"t": 1}]}},
                  "d": {"finetune": {"model": "m", "dataset": "d",
                        "train": {"epochs": 1, "max_steps": 2}}}}}
                """);
    assertThat(schema().validate(job))
        .extracting(message -> message.getInstanceLocation().toString())
        .contains(
            "$.steps.a.finetune.lora",
            "$.steps.b.quantize.types",
            "$.steps.c",
            "$.steps.d.finetune.train",
            "$.steps.e.matrix.density",
            "$.steps.e.matrix.recipe.a",
            "$.steps.e.matrix.exclude[0]",
            "$.steps.f")
        .noneMatch(place -> place.startsWith("$.steps.g"));
  }

  private static JsonSchema schema() {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
        .getSchema(Grammar.jsonSchema());
  }
}
