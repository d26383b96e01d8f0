package io.ingot.job.planner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.hub.Hub;
import io.ingot.job.HubSession;
import io.ingot.job.JobFiles;
import io.ingot.job.JobSpec;
import io.ingot.license.LicenseEngine;
import io.ingot.store.IngotHome;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanReportTest {
  private final MemoryOfRuns past = new MemoryOfRuns();

  @TempDir Path folder;

  @Test
  void aPersonSeesStepsDataNeedsAndLicense() {
    String text = String.join("\n", report().lines());
    assertThat(text)
        .contains("job quickstart", "model base: ingot/tiny-base@")
        .containsPattern("orders-lora +finetune +miss because never ran in job quickstart")
        .containsPattern("release +publish +publishes, unless exactly this is published already")
        .containsPattern("orders-lora: orders: (\\d+) of \\1 rows, \\d{5,} tokens, \\d\\d % masked")
        .containsPattern("estimate +memory +disk +time")
        .containsPattern("orders-lora +[\\d.]+ [MG]B +\\d+ .B +~\\d+ s")
        .contains("license of release (to acme/fern-and-bolt-desk): apache-2.0");
  }

  @Test
  void programsSeeTheSame() {
    JsonNode first = report().json();
    assertThat(first.at("/steps/0/name").asText()).isEqualTo("pull:base");
    assertThat(first.at("/steps/1/estimate/memory_bytes").asLong()).isPositive();
    assertThat(first.at("/steps/3/after").toString()).contains("orders-lora", "tickets-lora");
    assertThat(first.at("/data/0/tokens").asLong()).isPositive();
    assertThat(first.at("/data/0/trained_tokens").asLong())
        .isPositive()
        .isLessThan(first.at("/data/0/tokens").asLong());
    assertThat(first.at("/licenses/0/blocked").asBoolean()).isFalse();
    assertThat(first.at("/steps/1/cache").asText()).isEqualTo("miss");
    assertThat(first.at("/lock/job").asText()).isEqualTo("quickstart");
  }

  @Test
  void afterARunOnlyTheChangeIsLeft() {
    plan(List.of(), (plan, hub) -> past.ran(plan.run()));
    JsonNode report =
        plan(
            List.of("steps.orders-lora.finetune.lora.rank=8"),
            (plan, hub) ->
                new PlanReport(plan, CacheForecast.of(plan.run(), past), List.of()).json());
    List<String> misses =
        report
            .get("steps")
            .valueStream()
            .filter(step -> step.get("cache").asText().equals("miss"))
            .map(step -> step.get("name").asText() + ": " + step.get("reason").asText())
            .toList();
    assertThat(misses)
        .containsExactly(
            "orders-lora: finetune.lora.rank changed 16 -> 8",
            "blended: orders-lora is made anew",
            "gguf: blended is made anew",
            "quality: orders-lora is made anew",
            "card:release: card.steps.orders-lora.parameters.lora.rank changed 16 -> 8");
  }

  private PlanReport report() {
    return plan(
        List.of(),
        (plan, hub) ->
            new PlanReport(plan, CacheForecast.of(plan.run(), past), DataSurvey.of(plan, hub)));
  }

  private <T> T plan(List<String> overrides, BiFunction<Plan, Hub, T> use) {
    Path file = Path.of(System.getProperty("ingot.root"), "jobs/quickstart.yaml");
    JobSpec job = JobCheck.read(JobFiles.reader(), file, overrides);
    Map<String, String> environment = Map.of("HF_HOME", folder.resolve("hf").toString());
    try (HubSession session =
        HubSession.toRead(job, new IngotHome(folder.resolve("home")), environment)) {
      Planner planner =
          new Planner(
              session.hub(),
              past,
              FakeStep.registry(1),
              Policy.STRICT,
              LicenseEngine.standard(),
              "0.1.0",
              Machine.UNLIMITED,
              Instant.parse("2026-11-21T12:34:56Z"));
      return use.apply(planner.plan(job), session.hub());
    }
  }
}
