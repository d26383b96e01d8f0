package io.ingot.provenance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Bill of materials and build statement. */
class ProvenanceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private static BuildFacts facts(Optional<String> spdx) throws Exception {
    return new BuildFacts(
        "desk",
        Optional.of("acme"),
        Optional.of("Writes orders."),
        terms(spdx.orElse("llama3.1"), spdx),
        Optional.of("LlamaForCausalLM"),
        "text-generation",
        List.of(
            new BuildFacts.Ancestor(
                "ingot/tiny-base",
                Optional.of(COMMIT),
                Optional.of(terms("llama3.1", Optional.empty())))),
        List.of(
            new BuildFacts.Data(
                "orders",
                "orders.jsonl",
                Optional.empty(),
                Optional.of("ab".repeat(32)),
                Optional.empty(),
                true),
            new BuildFacts.Data(
                "test",
                "org/test",
                Optional.of(COMMIT),
                Optional.empty(),
                Optional.of(terms("cc-by-4.0", Optional.of("CC-BY-4.0"))),
                false)),
        List.of(new BuildFacts.Metric("exact_match", "0.985", "orders")),
        List.of(new BuildFacts.File("model.safetensors", 8, "cd".repeat(32))),
        JSON.readTree("{\"name\":\"desk\"}"),
        "0.1.0");
  }

  private static BuildFacts.Terms terms(String name, Optional<String> spdx) {
    return new BuildFacts.Terms(name, spdx, Optional.of("https://example.org/license"));
  }

  @Test
  void theBillNamesModelAncestorsDataAndFiles() throws Exception {
    JsonNode bom = JSON.readTree(MlBom.write(facts(Optional.empty())));
    assertThat(bom.path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(bom.path("specVersion").asText()).isEqualTo("1.6");
    assertThat(bom.path("serialNumber").asText())
        .matches("urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    JsonNode model = bom.at("/metadata/component");
    assertThat(model.path("type").asText()).isEqualTo("machine-learning-model");
    assertThat(model.at("/licenses/0/license/name").asText()).isEqualTo("llama3.1");
    assertThat(model.at("/pedigree/ancestors/0/purl").asText())
        .isEqualTo("pkg:huggingface/ingot/tiny-base@" + COMMIT);
    assertThat(model.at("/modelCard/modelParameters/datasets")).hasSize(1);
    assertThat(model.at("/modelCard/quantitativeAnalysis/performanceMetrics/0/value").asText())
        .isEqualTo("0.985");
    Set<String> references = new HashSet<>();
    bom.path("components").forEach(c -> references.add(c.path("bom-ref").asText()));
    assertThat(references)
        .containsExactlyInAnyOrder(
            "model:ingot/tiny-base", "data:orders", "data:test", "file:model.safetensors");
    bom.at("/dependencies/0/dependsOn").forEach(d -> assertThat(references).contains(d.asText()));
  }

  @Test
  void aLicenseOfSpdxIsAnIdentifier() throws Exception {
    JsonNode bom = JSON.readTree(MlBom.write(facts(Optional.of("Apache-2.0"))));
    assertThat(bom.at("/metadata/component/licenses/0/license/id").asText())
        .isEqualTo("Apache-2.0");
    assertThat(bom.at("/components/2/licenses/0/license/id").asText()).isEqualTo("CC-BY-4.0");
  }

  @Test
  void theStatementBindsFilesToInputsAndRecipe() throws Exception {
    JsonNode statement = JSON.readTree(BuildStatement.write(facts(Optional.empty())));
    assertThat(statement.path("_type").asText()).isEqualTo("https://in-toto.io/Statement/v1");
    assertThat(statement.path("predicateType").asText())
        .isEqualTo("https://slsa.dev/provenance/v1");
    assertThat(statement.at("/subject/0/digest/sha256").asText()).isEqualTo("cd".repeat(32));
    JsonNode build = statement.at("/predicate/buildDefinition");
    assertThat(build.at("/externalParameters/name").asText()).isEqualTo("desk");
    assertThat(build.at("/resolvedDependencies/0/digest/gitCommit").asText()).isEqualTo(COMMIT);
    assertThat(build.at("/resolvedDependencies/1/digest/sha256").asText())
        .isEqualTo("ab".repeat(32));
  }

  @Test
  void theSameFactsGiveTheSameBytes() throws Exception {
    assertThat(MlBom.write(facts(Optional.empty())))
        .isEqualTo(MlBom.write(facts(Optional.empty())));
    assertThat(MlBom.write(facts(Optional.empty())))
        .isNotEqualTo(MlBom.write(facts(Optional.of("MIT"))));
  }
}
