package io.ingot.license;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.license.Verdict.Finding;
import io.ingot.license.Verdict.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many chains: models, data and publisher against label and findings. A model is written {@code
 * license}, {@code name=license} or {@code name=license<base}; findings as {@code SEVERITY rule},
 * infos left out.
 */
class ChainTableTest {
  @ParameterizedTest(name = "{0} | {1} | {2} -> {3} {4}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          # models                          | data           | publisher     | label                        | findings
          apache-2.0                        | -              | company       | apache-2.0                   | -
          Apache-2.0                        | -              | company       | apache-2.0                   | -
          mit                               | -              | company       | mit                          | WARN license-text-missing
          apache-2.0 mit                    | -              | company       | apache-2.0                   | WARN license-text-missing
          cc0-1.0                           | -              | company       | cc0-1.0                      | -
          unlicense apache-2.0              | -              | person        | apache-2.0                   | -
          cc-by-4.0 apache-2.0              | -              | company       | apache-2.0                   | -
          cc-by-4.0                         | -              | company       | cc-by-4.0                    | -
          apache-2.0                        | cc-by-4.0      | company       | apache-2.0                   | -
          apache-2.0                        | cc-by-nc-4.0   | company       | apache-2.0                   | WARN data-license
          apache-2.0                        | cc-by-sa-4.0   | company       | apache-2.0                   | WARN data-license
          apache-2.0                        | cc-by-nd-4.0   | company       | apache-2.0                   | WARN data-license
          apache-2.0                        | -=             | company       | apache-2.0                   | WARN missing-license
          apache-2.0                        | unknown        | company       | apache-2.0                   | WARN unknown-license
          apache-2.0                        | llama3.1       | company       | apache-2.0                   | BLOCK naming; WARN model-outputs
          apache-2.0                        | gemma          | company       | apache-2.0                   | WARN model-outputs
          apache-2.0                        | llama2         | company       | apache-2.0                   | BLOCK improves-other-models
          llama2                            | llama2         | company       | llama2                       | WARN license-text-missing
          apache-2.0                        | llama3         | company       | apache-2.0                   | BLOCK improves-other-models
          llama2                            | -              | company       | llama2                       | WARN license-text-missing
          llama3.1                          | -              | company       | llama3.1                     | BLOCK naming; WARN license-text-missing
          llama3.1                          | -              | company:Llama-desk | llama3.1                | WARN license-text-missing
          llama3.1 apache-2.0               | -              | company:Llama-desk | llama3.1                | WARN license-text-missing
          llama3                            | -              | company:Llama-desk | llama3                  | BLOCK naming; WARN license-text-missing
          llama3                            | -              | company:Llama-3-desk | llama3                | WARN license-text-missing
          llama3 llama3.1                   | -              | company:Llama-3-desk | other llama3-and-llama3.1 | WARN flow-down; WARN improves-other-models; WARN license-text-missing
          llama2 apache-2.0                 | -              | company       | llama2                       | BLOCK improves-other-models; WARN license-text-missing
          llama2 a=apache-2.0<m/0           | -              | company       | llama2                       | WARN license-text-missing; WARN relabeled
          a=apache-2.0<meta-llama/Llama-3.1-8B | -           | company:x     | llama3.1                     | BLOCK naming; WARN license-text-missing; WARN recognized-ancestor; WARN relabeled
          a=apache-2.0<who/knows            | -              | company       | apache-2.0                   | BLOCK unread-ancestor
          gemma                             | -              | company       | gemma                        | WARN license-text-missing
          gemma llama3.1                    | -              | company:Llama-x | other gemma-and-llama3.1   | WARN flow-down; WARN license-text-missing
          cc-by-nc-4.0                      | -              | company       | cc-by-nc-4.0                 | WARN non-commercial
          cc-by-nc-4.0                      | -              | person        | cc-by-nc-4.0                 | -
          cc-by-nc-4.0 apache-2.0           | -              | person        | cc-by-nc-4.0                 | -
          cc-by-nc-4.0 llama3.1             | -              | person:Llama-x | other cc-by-nc-4.0-and-llama3.1 | WARN license-text-missing; WARN non-commercial-and-terms
          cc-by-sa-4.0                      | -              | company       | cc-by-sa-4.0                 | -
          cc-by-sa-4.0 apache-2.0           | -              | company       | cc-by-sa-4.0                 | -
          cc-by-sa-4.0 llama3.1             | -              | company:Llama-x | other cc-by-sa-4.0-and-llama3.1 | BLOCK share-alike; WARN license-text-missing
          cc-by-sa-4.0 gemma                | -              | company       | other cc-by-sa-4.0-and-gemma | BLOCK share-alike; WARN license-text-missing
          cc-by-sa-4.0 cc-by-nc-4.0         | -              | person        | other cc-by-nc-4.0-and-cc-by-sa-4.0 | BLOCK share-alike
          cc-by-sa-4.0 cc-by-nc-sa-4.0      | -              | person        | other cc-by-nc-sa-4.0-and-cc-by-sa-4.0 | BLOCK share-alike
          cc-by-nc-sa-4.0 apache-2.0        | -              | person        | cc-by-nc-sa-4.0              | -
          cc-by-sa-4.0 gpl-3.0              | -              | company       | gpl-3.0                      | WARN license-text-missing; WARN share-alike; WARN unsettled
          gpl-2.0 apache-2.0                | -              | company       | gpl-2.0                      | BLOCK incompatible; WARN license-text-missing; WARN unsettled
          gpl-3.0 apache-2.0                | -              | company       | gpl-3.0                      | WARN license-text-missing; WARN unsettled
          gpl-2.0 gpl-3.0                   | -              | company       | other gpl-2.0-and-gpl-3.0    | BLOCK share-alike; WARN license-text-missing; WARN unsettled
          cc-by-nd-4.0                      | -              | company       | cc-by-nd-4.0                 | BLOCK no-derivatives
          mrl                               | -              | company       | other mrl                    | BLOCK no-company; WARN license-text-missing
          mrl                               | -              | person        | other mrl                    | WARN license-text-missing; WARN research-only
          mrl apache-2.0                    | -              | company       | other mrl                    | BLOCK no-company; WARN license-text-missing
          qwen                              | -              | company       | other qwen                   | WARN license-text-missing
          qwen cc-by-sa-4.0                 | -              | company       | other cc-by-sa-4.0-and-qwen  | BLOCK share-alike; WARN license-text-missing
          qwen-research apache-2.0          | -              | company       | other qwen-research          | WARN license-text-missing; WARN non-commercial
          tongyi-qianwen apache-2.0         | -              | company       | other tongyi-qianwen         | BLOCK improves-other-models; WARN license-text-missing
          llama3.1 exaone                   | -              | person        | other exaone-and-llama3.1    | BLOCK improves-other-models; BLOCK naming-conflict; WARN flow-down; WARN license-text-missing; WARN non-commercial-and-terms
          llama3.1 hyperclovax-seed         | -              | person        | other hyperclovax-seed-and-llama3.1 | BLOCK naming-conflict; WARN flow-down; WARN license-text-missing
          tencent-hunyuan-community         | -              | company       | other tencent-hunyuan-community | BLOCK territory; WARN license-text-missing
          tencent-hunyuan-community         | -              | company@DE    | other tencent-hunyuan-community | BLOCK territory; WARN license-text-missing
          tencent-hunyuan-community         | -              | company@UK    | other tencent-hunyuan-community | BLOCK territory; WARN license-text-missing
          tencent-hunyuan-community         | -              | company@US    | other tencent-hunyuan-community | WARN license-text-missing; WARN territory
          llama4                            | -              | company@FR:Llama-x | llama4                  | BLOCK territory; WARN license-text-missing
          llama3.2                          | -              | company@FR:Llama-x | llama3.2                | WARN license-text-missing
          a-vision=llama3.2                 | -              | company@FR:Llama-x | llama3.2                | BLOCK territory; WARN license-text-missing
          stabilityai-ai-community          | -              | company       | other stabilityai-ai-community | WARN license-text-missing; WARN revenue-limit
          unknown                           | -              | company       | unknown                      | BLOCK unknown-license
          other                             | -              | company       | unknown                      | BLOCK unknown-license
          afl-3.0                           | -              | company       | unknown                      | BLOCK unknown-license
          no-such-thing                     | -              | company       | unknown                      | BLOCK unknown-license
          none=                             | -              | company       | unknown                      | BLOCK missing-license
          cc                                | -              | company       | unknown                      | BLOCK unknown-license
          apache-2.0 none=                  | -              | company       | apache-2.0                   | BLOCK missing-license
          a/a=apache-2.0<b/b b/b=apache-2.0<a/a | -          | company       | apache-2.0                   | BLOCK base-model-cycle
          a/a=apache-2.0<a/a                | -              | company       | apache-2.0                   | BLOCK base-model-cycle
          bigscience-bloom-rail-1.0 deepseek | -             | company       | other bigscience-bloom-rail-1.0-and-deepseek | WARN flow-down; WARN license-text-missing
          """)
  void judges(String models, String data, String who, String label, String findings) {
    List<LicenseEvidence> chain = new ArrayList<>();
    for (String model : models.split(" +")) {
      chain.add(model(model, chain.size()));
    }
    if (data != null) {
      chain.add(Evidence.data("d/d", data.equals("-=") ? null : data));
    }
    Verdict verdict = LicenseEngine.standard().judge(chain, publication(who));
    assertThat(verdict.license() + verdict.licenseName().map(n -> " " + n).orElse(""))
        .isEqualTo(label);
    assertThat(said(verdict)).isEqualTo(findings == null ? "" : findings);
    assertThat(verdict.licenseLink().isPresent()).isEqualTo(verdict.license().equals("other"));
    assertThat(verdict.findings())
        .allSatisfy(
            finding -> {
              assertThat(finding.reason()).isNotBlank();
              assertThat(finding.remedy()).isNotBlank();
            });
  }

  private static LicenseEvidence model(String written, int index) {
    String[] base = written.split("<");
    String[] parts = base[0].split("=", 2);
    String name = parts.length == 1 ? "m/" + index : parts[0];
    String license = parts.length == 1 ? parts[0] : parts[1];
    String[] bases = base.length == 1 ? new String[0] : new String[] {base[1]};
    LicenseEvidence evidence = Evidence.model(name, license.isEmpty() ? null : license, bases);
    Optional<License> known = LicenseCatalog.standard().find(license);
    return known.isPresent() && !known.get().hub() ? Evidence.named(evidence, license) : evidence;
  }

  private static Publication publication(String who) {
    String[] parts = who.split(":");
    String[] place = parts[0].split("@");
    return new Publication(
        new Publisher(
            "acme",
            place[0].equals("company") ? Publisher.Kind.COMPANY : Publisher.Kind.PERSON,
            place.length == 1 ? Optional.empty() : Optional.of(place[1])),
        Optional.of("acme/" + (parts.length == 1 ? "support-desk" : parts[1])));
  }

  private static String said(Verdict verdict) {
    return verdict.findings().stream()
        .filter(finding -> finding.severity() != Severity.INFO)
        .map((Finding finding) -> finding.severity() + " " + finding.rule())
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .collect(Collectors.joining("; "));
  }
}
