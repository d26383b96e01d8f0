package io.ingot.license;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Evidence and verdicts survive the way through parameters of a step. */
class LicenseJsonTest {
  @Test
  void evidenceAndVerdictComeBack() {
    LicenseEvidence evidence =
        Evidence.file(
            Evidence.named(Evidence.model("acme/x", null, "Qwen/Qwen2.5-72B"), "qwen"),
            "LICENSE",
            "Qwen LICENSE AGREEMENT\n");
    Verdict verdict = Evidence.judge(Evidence.COMPANY, "acme/y", evidence);
    assertThat(LicenseJson.evidence(LicenseJson.of(evidence))).isEqualTo(evidence);
    assertThat(LicenseJson.verdict(LicenseJson.of(verdict))).isEqualTo(verdict);
  }

  @Test
  void absentValuesAreLeftOut() {
    assertThat(LicenseJson.of(Evidence.model("acme/x", "mit")).toString())
        .isEqualTo(
            "{\"commit\":\"0000000000000000000000000000000000000000\",\"kind\":\"model\","
                + "\"license\":\"mit\",\"subject\":\"acme/x\"}");
  }
}
