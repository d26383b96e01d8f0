package io.ingot.license;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of obligations, row by row: a change of the catalog must be meant. */
class TermsTableTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # id                    | derivatives | commercial | share | ship                       | changes | outputs
          apache-2.0              | true  | YES     | NONE | [LICENSE]                     | true  | FREE
          mit                     | true  | YES     | NONE | [LICENSE]                     | false | FREE
          bsd-2-clause            | true  | YES     | NONE | [LICENSE]                     | false | FREE
          bsd-3-clause            | true  | YES     | NONE | [LICENSE]                     | false | FREE
          isc                     | true  | YES     | NONE | [LICENSE]                     | false | FREE
          openmdw-1.0             | true  | YES     | NONE | [LICENSE]                     | false | FREE
          openmdw-1.1             | true  | YES     | NONE | [LICENSE]                     | false | FREE
          llama2                  | true  | YES     | FLOW | [LICENSE, NOTICE, USE_POLICY] | false | BANNED
          llama3                  | true  | YES     | FLOW | [LICENSE, NOTICE, USE_POLICY] | false | BANNED
          llama3.1                | true  | YES     | FLOW | [LICENSE, NOTICE, USE_POLICY] | false | NAMING
          llama3.2                | true  | YES     | FLOW | [LICENSE, NOTICE, USE_POLICY] | false | NAMING
          llama3.3                | true  | YES     | FLOW | [LICENSE, NOTICE, USE_POLICY] | false | NAMING
          llama4                  | true  | YES     | FLOW | [LICENSE, NOTICE, USE_POLICY] | false | NAMING
          gemma                   | true  | YES     | FLOW | [LICENSE, NOTICE]             | true  | DERIVATIVE
          qwen                    | true  | YES     | NONE | [LICENSE, NOTICE]             | true  | DISPLAY
          tongyi-qianwen          | true  | YES     | NONE | [LICENSE, NOTICE]             | true  | BANNED
          qwen-research           | true  | NO      | NONE | [LICENSE, NOTICE]             | true  | DISPLAY
          deepseek                | true  | YES     | FLOW | [LICENSE]                     | true  | DERIVATIVE
          falcon-2                | true  | YES     | FLOW | [LICENSE, NOTICE]             | false | FREE
          falcon-180b             | true  | YES     | FLOW | [LICENSE, NOTICE]             | false | FREE
          falcon-llm-license      | true  | YES     | FLOW | [LICENSE, NOTICE]             | false | FREE
          mrl                     | true  | NO      | FLOW | [LICENSE, NOTICE]             | true  | TAINT
          mnpl                    | true  | NO      | FLOW | [LICENSE, NOTICE]             | true  | TAINT
          cc-by-4.0               | true  | YES     | NONE | []                            | true  | FREE
          cc-by-sa-4.0            | true  | YES     | FULL | []                            | true  | FREE
          cc-by-nc-4.0            | true  | NO      | NONE | []                            | true  | TAINT
          cc-by-nc-sa-4.0         | true  | NO      | FULL | []                            | true  | TAINT
          cc-by-nd-4.0            | false | YES     | NONE | []                            | false | FREE
          cc-by-nc-nd-4.0         | false | NO      | NONE | []                            | false | FREE
          cc0-1.0                 | true  | YES     | NONE | []                            | false | FREE
          pddl                    | true  | YES     | NONE | []                            | false | FREE
          unlicense               | true  | YES     | NONE | []                            | false | FREE
          bigscience-bloom-rail-1.0 | true | YES    | FLOW | [LICENSE]                     | true  | FREE
          creativeml-openrail-m   | true  | YES     | FLOW | [LICENSE]                     | true  | FREE
          openrail++              | true  | YES     | FLOW | [LICENSE]                     | true  | FREE
          bigcode-openrail-m      | true  | YES     | FLOW | [LICENSE]                     | true  | FREE
          nvidia-open-model-license | true | YES    | NONE | [LICENSE, NOTICE]             | false | FREE
          nvidia-nemotron-open-model-license | true | YES | NONE | [LICENSE, NOTICE]       | false | FREE
          gpl-2.0                 | true  | YES     | FULL | [LICENSE]                     | true  | FREE
          gpl-3.0                 | true  | YES     | FULL | [LICENSE]                     | true  | FREE
          agpl-3.0                | true  | YES     | FULL | [LICENSE]                     | true  | FREE
          lgpl-3.0                | true  | YES     | WEAK | [LICENSE]                     | true  | FREE
          mpl-2.0                 | true  | YES     | WEAK | [LICENSE]                     | false | FREE
          stabilityai-ai-community | true | LIMITED | FLOW | [LICENSE, NOTICE]             | true  | BANNED
          c4ai                    | true  | NO      | FLOW | []                            | true  | TAINT
          grok2-community         | true  | LIMITED | FLOW | [LICENSE]                     | false | BANNED
          exaone                  | true  | NO      | FLOW | [LICENSE]                     | false | BANNED
          hyperclovax-seed        | true  | YES     | FLOW | [LICENSE, NOTICE]             | true  | NAMING
          tencent-hunyuan-community | true | YES    | FLOW | [LICENSE, NOTICE]             | false | BANNED
          modified-mit            | true  | YES     | FLOW | [LICENSE]                     | false | FREE
          """)
  void holdsTheTermsOf(
      String id,
      boolean derivatives,
      License.Commercial commercial,
      License.Share share,
      String ship,
      boolean changes,
      License.Outputs outputs) {
    License license = LicenseCatalog.standard().find(id).orElseThrow();
    assertThat(license.derivatives()).isEqualTo(derivatives);
    assertThat(license.commercial()).isEqualTo(commercial);
    assertThat(license.share()).isEqualTo(share);
    assertThat(license.ship()).hasToString(ship);
    assertThat(license.changes().isPresent()).isEqualTo(changes);
    assertThat(license.outputs()).isEqualTo(outputs);
  }

  @ParameterizedTest(name = "{0} forbids {1}")
  @CsvSource({
    "mrl,no-company",
    "qwen-research,research-only",
    "llama3.1,use-policy",
    "gemma,remote-control",
    "falcon-180b,no-hosting",
    "nvidia-open-model-license,guardrails",
    "tencent-hunyuan-community,territory",
    "modified-mit,display-threshold",
    "hyperclovax-seed,competition"
  })
  void restricts(String id, String restriction) {
    assertThat(LicenseCatalog.standard().find(id).orElseThrow().restrictions())
        .contains(restriction);
  }

  @ParameterizedTest
  @CsvSource({
    "llama2,https://ai.meta.com/llama/use-policy",
    "llama3,https://llama.meta.com/llama3/use-policy",
    "llama3.1,https://llama.meta.com/llama3_1/use-policy",
    "llama3.2,https://www.llama.com/llama3_2/use-policy",
    "llama3.3,https://www.llama.com/llama3_3/use-policy",
    "llama4,https://www.llama.com/llama4/use-policy",
    "gemma,https://ai.google.dev/gemma/prohibited_use_policy",
    "stabilityai-ai-community,https://stability.ai/use-policy"
  })
  void usePolicies(String id, String address) {
    assertThat(LicenseCatalog.standard().find(id).orElseThrow().policy()).contains(address);
  }
}
