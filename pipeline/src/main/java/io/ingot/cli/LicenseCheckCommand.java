package io.ingot.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.hub.HubClient;
import io.ingot.hub.RepoId;
import io.ingot.job.HubSession;
import io.ingot.job.JobReader;
import io.ingot.job.JobSpec;
import io.ingot.job.planner.JobCheck;
import io.ingot.job.planner.PastRuns;
import io.ingot.job.planner.Planner;
import io.ingot.job.planner.Release;
import io.ingot.license.EvidenceReader;
import io.ingot.license.LicenseEngine;
import io.ingot.license.LicenseEvidence;
import io.ingot.license.LicenseJson;
import io.ingot.license.Publication;
import io.ingot.license.Publisher;
import io.ingot.license.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code license check JOB|REPO|DIR}. */
@Command(
    name = "check",
    description =
        "Judges the licenses of everything that a job publishes, or that a model descends from."
            + " Exit code 6: it must not be published.")
final class LicenseCheckCommand extends IngotCommand {
  @Parameters(
      paramLabel = "JOB|REPO|DIR",
      description = "A job file, a repository ORG/NAME[@REV], or a folder of a model.")
  String subject = "";

  @Option(names = "--dataset", description = "The repository is a dataset.")
  boolean dataset;

  @Option(
      names = "--publisher",
      paramLabel = "company|person",
      defaultValue = "company",
      description = "Who would publish (default: company); a job says it itself.")
  Publisher.Kind publisher = Publisher.Kind.COMPANY;

  @Option(
      names = "--jurisdiction",
      paramLabel = "CODE",
      description = "Country of the publisher, e.g. DE.")
  @Nullable String jurisdiction;

  @Option(
      names = "--as",
      paramLabel = "ORG/NAME",
      description = "Repository that it would be published as; its name is checked.")
  @Nullable String target;

  @Mixin SetOption overrides = new SetOption();

  @Override
  public Integer call() {
    Map<String, Verdict> verdicts = verdicts();
    if (json()) {
      console().result(json(verdicts));
    } else {
      verdicts.forEach((name, v) -> VerdictReport.lines(name, v).forEach(console()::result));
    }
    boolean blocked = verdicts.values().stream().anyMatch(Verdict::blocked);
    return blocked ? ErrorKind.BLOCKED.exitCode() : 0;
  }

  private Map<String, Verdict> verdicts() {
    Path path = Path.of(subject);
    if (Files.isDirectory(path)) {
      EvidenceReader reader = new EvidenceReader();
      LicenseEvidence.Kind kind =
          dataset ? LicenseEvidence.Kind.DATASET : LicenseEvidence.Kind.MODEL;
      return judge(List.of(reader.fromFolder(path, subject, kind, Optional.empty())));
    }
    if (Files.isRegularFile(path)) {
      return job(path);
    }
    if (subject.endsWith(".yaml") || subject.endsWith(".yml") || !subject.contains("/")) {
      throw IngotException.notFound(
          "'"
              + subject
              + "' is neither a job file nor a folder; a repository is written ORG/NAME[@REV]");
    }
    return repository();
  }

  private Map<String, Verdict> repository() {
    int at = subject.indexOf('@');
    String name = at < 0 ? subject : subject.substring(0, at);
    String revision = at < 0 ? "main" : subject.substring(at + 1);
    RepoId id = dataset ? RepoId.dataset(name) : RepoId.model(name);
    try (HubClient hub = HubClient.of(environment())) {
      return judge(List.of(new EvidenceReader().fromHub(hub, hub.info(id, revision))));
    }
  }

  private Map<String, Verdict> judge(List<LicenseEvidence> evidence) {
    List<LicenseEvidence> chain = evidence;
    if (evidence.stream().anyMatch(one -> !one.bases().isEmpty())) {
      try (HubClient hub = HubClient.of(environment())) {
        chain = new EvidenceReader().withBases(hub, evidence);
      }
    }
    Publication publication =
        new Publication(
            new Publisher("you", publisher, Optional.ofNullable(jurisdiction)),
            Optional.ofNullable(target));
    return Map.of(subject, LicenseEngine.standard().judge(chain, publication));
  }

  private Map<String, Verdict> job(Path file) {
    JobSpec job = JobCheck.read(JobReader.now(environment()), file, overrides.values);
    Map<String, Verdict> verdicts = new LinkedHashMap<>();
    try (HubSession hub = HubSession.toRead(job, home(), environment())) {
      for (Release release :
          Planner.installed(hub.hub(), PastRuns.NONE, Version.current()).plan(job).releases()) {
        verdicts.put(release.step() + " (to " + release.target() + ")", release.verdict());
      }
    }
    if (verdicts.isEmpty()) {
      console().note(file + " publishes nothing: there is nothing to judge");
    }
    return verdicts;
  }

  private static ObjectNode json(Map<String, Verdict> verdicts) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("blocked", verdicts.values().stream().anyMatch(Verdict::blocked));
    ArrayNode list = document.putArray("licenses");
    verdicts.forEach(
        (name, verdict) -> {
          ObjectNode one = list.addObject();
          one.put("subject", name);
          one.put("blocked", verdict.blocked());
          one.set("verdict", LicenseJson.of(verdict));
        });
    return document;
  }
}
